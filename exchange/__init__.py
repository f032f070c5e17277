"""Cases that travel between platforms: 12345 ⇄ 110, the province and others, as signed messages.

The voice goes one way (transfers), the case another; each message is a row, sent until receipted.
"""
