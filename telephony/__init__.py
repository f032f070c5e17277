"""The only room that knows Asterisk's protocols: AGI, AMI, queue_log, CEL, channel variables."""
