"""The session all bare servers serve: twelve commands that together do what a menu does."""

PROMPT = "welcome"
MENU = "menu"

COMMANDS = (
    "ANSWER",
    f'STREAM FILE "{PROMPT}" ""',
    f'STREAM FILE "{PROMPT}" ""',
    f'STREAM FILE "{PROMPT}" ""',
    f'GET DATA "{MENU}" 5000 1',
    f'GET DATA "{MENU}" 5000 1',
    'SET VARIABLE "line" "12345"',
    'SET VARIABLE "lang" "zh"',
    'SET VARIABLE "queue" "GEN"',
    'SET VARIABLE "next" "queue"',
    'VERBOSE "served" 1',
    "HANGUP",
)
