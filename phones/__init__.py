"""The built-in citizen and agent: SIPp signals, a small endpoint plays, hears and presses keys."""
