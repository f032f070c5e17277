/*
 * The limit: as little as a FastAGI server can do. It reads the header block, then sends one line of
 * a script for each reply, and closes. It parses nothing and trusts everybody, so no server that
 * serves real calls can be faster; the others are measured against it.
 *
 *     agi_server PORT SCRIPT      (PORT 0 takes a free one; prints "listening PORT")
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LONGEST_SCRIPT = 64, EVENTS = 256, READ_SIZE = 4096 };

struct session {
    int fd;
    int next;          /* the script line to send when the next reply is complete */
    int talking;       /* the header block is over */
    char last;         /* the byte before what is read now: "\n\n" may fall between two reads */
};

static char *script[LONGEST_SCRIPT];
static size_t lengths[LONGEST_SCRIPT];
static int lines;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void read_script(const char *path)
{
    FILE *file = fopen(path, "r");
    size_t size = 0;
    ssize_t length;

    if (!file)
        die(path);
    while (lines < LONGEST_SCRIPT && (length = getline(&script[lines], &size, file)) > 0) {
        lengths[lines++] = (size_t)length;
        size = 0;
    }
    fclose(file);
}

static int listen_on(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on)
        || bind(fd, (struct sockaddr *)&address, size) || listen(fd, 1024)
        || getsockname(fd, (struct sockaddr *)&address, &size))
        die("listen");
    printf("listening %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static void finish(struct session *session)
{
    close(session->fd); /* epoll forgets a closed descriptor by itself */
    free(session);
}

/* Send the next line, or end the session after the last. Returns whether the session lives. */
static int say_next(struct session *session)
{
    int line = session->next++;

    if (line == lines
        || send(session->fd, script[line], lengths[line], MSG_NOSIGNAL) != (ssize_t)lengths[line]) {
        finish(session);
        return 0;
    }
    return 1;
}

static void hear(struct session *session)
{
    char bytes[READ_SIZE];
    ssize_t size = recv(session->fd, bytes, sizeof bytes, 0);

    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    /* Every session of ours ends in mid-script when Asterisk says HANGUP: no reply begins so. */
    if (size <= 0 || (session->talking && session->last == '\n' && bytes[0] == 'H')) {
        finish(session);
        return;
    }
    for (ssize_t i = 0; i < size; i++) {
        int line_ends = bytes[i] == '\n' && (session->talking || session->last == '\n');

        session->last = bytes[i];
        if (line_ends) {
            session->talking = 1;
            if (!say_next(session))
                return;
        }
    }
}

static void welcome(int listening, int epoll)
{
    int on = 1;
    int fd;

    while ((fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct session *session = calloc(1, sizeof *session);
        struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = session};

        if (!session)
            die("memory");
        session->fd = fd;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wanted))
            die("epoll");
    }
}

int main(int count, char **arguments)
{
    struct epoll_event events[EVENTS];
    struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = NULL};
    int listening, epoll;

    if (count != 3) {
        fprintf(stderr, "usage: agi_server PORT SCRIPT\n");
        return 2;
    }
    read_script(arguments[2]);
    listening = listen_on(atoi(arguments[1]));
    epoll = epoll_create1(0);
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listening, &wanted))
        die("epoll");
    for (;;) {
        int ready = epoll_wait(epoll, events, EVENTS, -1);

        for (int i = 0; i < ready; i++) {
            if (events[i].data.ptr)
                hear(events[i].data.ptr);
            else
                welcome(listening, epoll);
        }
    }
}
