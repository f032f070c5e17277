#!/bin/sh
# Says the agent's number to the citizen at the moment of connection ("8013号受理员为您服务。").
# Asterisk runs this itself: a shell starts in a millisecond and depends on nothing of ours.
# A missing announcement costs silence of no length; it never costs the call.
while read -r line && [ -n "$line" ]; do :; done
echo 'GET VARIABLE MEMBERNAME'
read -r reply || exit 0
agent=${reply##*\(}
agent=${agent%\)}
case $agent in *[!0-9]* | '') exit 0 ;; esac
echo 'GET VARIABLE CHANNEL(language)'
read -r reply || exit 0
language=${reply##*\(}
language=${language%\)}
case $language in *[!a-z]* | '') language=zh ;; esac
echo "STREAM FILE $(dirname "$0")/../sounds/$language/agent/$agent \"\""
read -r reply
exit 0
