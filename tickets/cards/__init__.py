"""Cards and supervision (黄牌, 红牌, 督办): what a late or badly handled ticket brings upon a unit.

Timers find what is due (`timer`), people acknowledge and answer it (`service`); moves of a ticket
withdraw or bring cards by themselves (`following`).
"""
