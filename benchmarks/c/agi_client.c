/*
 * Plays Asterisk for a fixed number of FastAGI sessions, so many at once, as fast as the server
 * answers, and prints one JSON object. No sound plays and nobody thinks: what is measured is the
 * server.
 *
 *     agi_client -p PORT -n SESSIONS -c AT_ONCE -s SCRIPT [-a ARGUMENT]... [-k KEY] [-u UID] [-e CEL]
 *
 * KEY answers every question for digits. Sessions are the calls UID.1, UID.2, ... (.0 would be the first
 * of a switch's life). With CEL each one also leaves in that file the channel events that the switch
 * would write for such a call.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_ARGUMENTS = 8, EVENTS = 256, LINE_SIZE = 4096, GIVE_UP_MS = 10000 };

struct session {
    int fd;
    int number;
    int commands;
    int greeted;       /* the header block was sent */
    double asked;      /* when the server could begin to think, seconds */
    size_t filled;
    char line[LINE_SIZE];
};

static struct sockaddr_in server = {.sin_family = AF_INET};
static int sessions = 1000, at_once = 1, started, finished, broken, refused, open_now;
static const char *entry = "", *uid = "bench", *key = "1";
static const char *arguments[MOST_ARGUMENTS];
static int argument_count;
static int cel = -1;
static int epoll;
static long commands;

/* Microseconds from the end of our turn to the server's next command, one for each command. */
static uint32_t *thoughts;
static size_t thought_room;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static double now(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* ---- what the switch writes beside: channel events, in the columns of cel_custom.conf ---- */

struct event {
    const char *kind, *context, *extra;
};

static void cel_rows(int number, const struct event *events, int count)
{
    char rows[LINE_SIZE];
    int used = 0;

    if (cel < 0)
        return;
    for (int i = 0; i < count; i++)
        used += snprintf(rows + used, sizeof rows - (size_t)used,
                         "\"%.6f\",\"%s\",\"%s.%d\",\"%s.%d\",\"PJSIP/trunk-%08x\",\"%s\","
                         "\"12345\",\"138%08d\",\"\",\"\",\"\",\"\",\"%s\"\n",
                         now(CLOCK_REALTIME), events[i].kind, uid, number, uid, number,
                         (unsigned)number, events[i].context, number, events[i].extra);
    if (write(cel, rows, (size_t)used) != used)
        die("the channel events");
}

static void cel_begin(int number)
{
    char line[128];
    struct event events[] = {{"CHAN_START", "from-citizen", ""},
                             {"HL-ARRIVED", "citizen", line},
                             {"ANSWER", "citizen", ""}};

    snprintf(line, sizeof line, "{\"\"extra\"\":\"\"%s\"\"}", argument_count ? arguments[0] : "");
    cel_rows(number, events, 3);
}

static void cel_end(int number)
{
    static const struct event events[] = {
        {"HANGUP", "citizen",
         "{\"\"hangupcause\"\":16,\"\"hangupsource\"\":\"\"\"\",\"\"dialstatus\"\":\"\"\"\"}"},
        {"CHAN_END", "citizen", ""},
        {"LINKEDID_END", "citizen", ""}};

    cel_rows(number, events, 3);
}

/* ---- one session ---- */

static void begin(void)
{
    struct session *session = calloc(1, sizeof *session);
    struct epoll_event wanted = {.events = EPOLLOUT, .data.ptr = session};
    int on = 1;

    if (!session)
        die("memory");
    session->number = ++started;
    session->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (session->fd < 0)
        die("socket");
    setsockopt(session->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(session->fd, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS)
        die("connect");
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, session->fd, &wanted))
        die("epoll");
    open_now++;
}

static void end(struct session *session, int well)
{
    finished++;
    open_now--;
    broken += !well;
    cel_end(session->number);
    close(session->fd);
    free(session);
    if (started < sessions)
        begin();
}

static void say(struct session *session, const char *text, size_t size)
{
    /* A short write cannot happen: the server holds back its next command until it has this. */
    if (send(session->fd, text, size, MSG_NOSIGNAL) == (ssize_t)size)
        session->asked = now(CLOCK_MONOTONIC);
}

static void greet(struct session *session)
{
    char block[LINE_SIZE];
    int used = snprintf(block, sizeof block,
                        "agi_network: yes\nagi_network_script: %s\n"
                        "agi_request: agi://127.0.0.1/%s\nagi_channel: PJSIP/trunk-%08x\n"
                        "agi_language: zh\nagi_type: PJSIP\nagi_uniqueid: %s.%d\n"
                        "agi_version: 22.10.0\nagi_callerid: 138%08d\nagi_calleridname: unknown\n"
                        "agi_callingpres: 0\nagi_callingani2: 0\nagi_callington: 0\n"
                        "agi_callingtns: 0\nagi_dnid: 12345\nagi_rdnis: unknown\n"
                        "agi_context: citizen\nagi_extension: ask\nagi_priority: 5\n"
                        "agi_enhanced: 0.0\nagi_accountcode: \nagi_threadid: 139712345678592\n",
                        entry, entry, (unsigned)session->number, uid, session->number,
                        session->number);

    for (int i = 0; i < argument_count; i++)
        used += snprintf(block + used, sizeof block - (size_t)used, "agi_arg_%d: %s\n", i + 1,
                         arguments[i]);
    used += snprintf(block + used, sizeof block - (size_t)used, "\n");
    session->greeted = 1;
    cel_begin(session->number);
    say(session, block, (size_t)used);
}

static int begins(const char *line, const char *words)
{
    return !strncmp(line, words, strlen(words));
}

static void answer(struct session *session)
{
    const char *line = session->line;
    char reply[64];
    int size;

    if (begins(line, "STREAM FILE"))
        size = snprintf(reply, sizeof reply, "200 result=0 endpos=8000\n");
    else if (begins(line, "GET DATA"))
        size = snprintf(reply, sizeof reply, "200 result=%s\n", key);
    else if (begins(line, "WAIT FOR DIGIT"))
        size = snprintf(reply, sizeof reply, "200 result=%d\n", key[0]);
    else if (begins(line, "ANSWER"))
        size = snprintf(reply, sizeof reply, "200 result=0\n");
    else if (begins(line, "SET VARIABLE") || begins(line, "VERBOSE") || begins(line, "HANGUP"))
        size = snprintf(reply, sizeof reply, "200 result=1\n");
    else {
        size = snprintf(reply, sizeof reply, "510 Invalid or unknown command\n");
        refused++;
    }
    say(session, reply, (size_t)size);
}

static void remember(double seconds)
{
    if ((size_t)commands == thought_room) {
        thought_room = thought_room ? 2 * thought_room : 65536;
        thoughts = realloc(thoughts, thought_room * sizeof *thoughts);
        if (!thoughts)
            die("memory");
    }
    thoughts[commands++] = (uint32_t)(seconds * 1e6);
}

static void hear(struct session *session)
{
    char *free_space = session->line + session->filled;
    ssize_t size = recv(session->fd, free_space, LINE_SIZE - 1 - session->filled, 0);

    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size <= 0) {
        end(session, size == 0 && session->commands > 0 && session->filled == 0);
        return;
    }
    session->filled += (size_t)size;
    if (free_space[size - 1] != '\n')
        return;
    session->line[session->filled] = '\0';
    remember(now(CLOCK_MONOTONIC) - session->asked);
    session->commands++;
    answer(session);
    session->filled = 0;
}

static void connected(struct session *session)
{
    struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = session};
    int error = 0;
    socklen_t size = sizeof error;

    getsockopt(session->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        end(session, 0);
        return;
    }
    if (epoll_ctl(epoll, EPOLL_CTL_MOD, session->fd, &wanted))
        die("epoll");
    greet(session);
}

/* ---- the run ---- */

static void read_options(int count, char **words)
{
    int option;

    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    while ((option = getopt(count, words, "p:n:c:s:a:k:u:e:")) != -1) {
        switch (option) {
        case 'p': server.sin_port = htons((uint16_t)atoi(optarg)); break;
        case 'n': sessions = atoi(optarg); break;
        case 'c': at_once = atoi(optarg); break;
        case 's': entry = optarg; break;
        case 'k': key = optarg; break;
        case 'u': uid = optarg; break;
        case 'a':
            if (argument_count < MOST_ARGUMENTS)
                arguments[argument_count++] = optarg;
            break;
        case 'e':
            cel = open(optarg, O_WRONLY | O_APPEND | O_CREAT, 0644);
            if (cel < 0)
                die(optarg);
            break;
        default: exit(2);
        }
    }
}

static int ascending(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

    return (a > b) - (a < b);
}

static void print_result(double seconds)
{
    size_t last = commands ? (size_t)commands - 1 : 0;

    if (commands)
        qsort(thoughts, (size_t)commands, sizeof *thoughts, ascending);
    printf("{\"sessions\": %d, \"broken\": %d, \"refused\": %d, \"commands\": %ld, "
           "\"seconds\": %.6f, \"per_second\": %.1f, \"p50_us\": %u, \"p99_us\": %u}\n",
           finished, broken, refused, commands, seconds, finished / seconds,
           commands ? thoughts[last / 2] : 0, commands ? thoughts[last * 99 / 100] : 0);
}

int main(int count, char **words)
{
    struct epoll_event events[EVENTS];
    double began;

    read_options(count, words);
    epoll = epoll_create1(0);
    if (epoll < 0)
        die("epoll");
    began = now(CLOCK_MONOTONIC);
    for (int i = 0; i < at_once && started < sessions; i++)
        begin();
    while (open_now) {
        int ready = epoll_wait(epoll, events, EVENTS, GIVE_UP_MS);

        if (!ready) {
            fprintf(stderr, "the server kept silent for %d s\n", GIVE_UP_MS / 1000);
            return 1;
        }
        for (int i = 0; i < ready; i++) {
            struct session *session = events[i].data.ptr;

            if (session->greeted)
                hear(session);
            else
                connected(session);
        }
    }
    print_result(now(CLOCK_MONOTONIC) - began);
    return 0;
}
