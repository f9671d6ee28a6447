/* Keeps, beside the files under FORGETFUL_DIR, a copy of what a power cut would leave of them (see disk.py).
 *
 * fsync and fdatasync of a file copy its content to FORGETFUL_SHADOW/file-INODE; of a directory, its names and inodes to
 * dir-INODE. The size is read before the real sync, so bytes written during it are not counted as safe. Each copy is
 * written aside and renamed, so a kill at any moment leaves a whole one. Only what a process asks for by fsync or
 * fdatasync counts: a journal that relied on O_SYNC, mmap or sync_file_range would have to be taught here first.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;

static int watched(int fd) {
    const char *folder = getenv("FORGETFUL_DIR");
    char link[64], path[4096];
    if (!folder) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strncmp(path, folder, strlen(folder)) == 0;
}

static void keep_file(int fd, const struct stat *before, FILE *out) {
    char link[64], buffer[65536];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int in = open(link, O_RDONLY | O_CLOEXEC);
    off_t left = before->st_size;
    while (in >= 0 && left > 0) {
        ssize_t got = read(in, buffer, left < (off_t)sizeof buffer ? (size_t)left : sizeof buffer);
        if (got <= 0) break;
        fwrite(buffer, 1, (size_t)got, out);
        left -= got;
    }
    if (in >= 0) close(in);
}

static void keep_names(int fd, FILE *out) {
    int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = again < 0 ? NULL : fdopendir(again);
    if (!folder) return;
    for (struct dirent *entry; (entry = readdir(folder));)
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            fprintf(out, "%llu %s\n", (unsigned long long)entry->d_ino, entry->d_name);
    closedir(folder);
}

static void keep(int fd, const struct stat *before) {
    char aside[4096], final[4096];
    const char *shadow = getenv("FORGETFUL_SHADOW"), *kind = S_ISDIR(before->st_mode) ? "dir" : "file";
    if (!shadow) return;
    unsigned long long inode = before->st_ino;
    pthread_mutex_lock(&one);
    snprintf(aside, sizeof aside, "%s/aside-%d", shadow, getpid());
    snprintf(final, sizeof final, "%s/%s-%llu", shadow, kind, inode);
    FILE *out = fopen(aside, "we");
    if (out) {
        if (S_ISDIR(before->st_mode)) keep_names(fd, out);
        else keep_file(fd, before, out);
        fclose(out);
        rename(aside, final);
    }
    pthread_mutex_unlock(&one);
}

static int synced(int fd, const char *name) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    struct stat before;
    int mine = watched(fd) && fstat(fd, &before) == 0;
    int result = real(fd);
    if (result == 0 && mine) keep(fd, &before);
    return result;
}

int fsync(int fd) { return synced(fd, "fsync"); }
int fdatasync(int fd) { return synced(fd, "fdatasync"); }
