/* Keeps, beside the files under FORGETFUL_DIR, a copy of what a power cut would leave of them (see disk.py).
 *
 * fsync and fdatasync of a file copy its content to FORGETFUL_SHADOW/file-KEY; of a directory, its keys, kinds and names to
 * dir-KEY. A key is inode and generation, since an inode is soon used again. The size is read before the real sync, so bytes written during it are not counted as safe. Each copy is
 * written aside and renamed, so a kill at any moment leaves a whole one.
 *
 * syncfs keeps all files and names as they were before it. It is called past the C library, so the kernel is asked to hand
 * it to us (seccomp). What other ways there are (O_SYNC, mmap, sync_file_range) would have to be taught here first.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
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

static void write_key(int fd, unsigned long long inode, char *key, size_t size) {
    int generation = 0;
    if (ioctl(fd, FS_IOC_GETVERSION, &generation)) generation = 0;  /* Not every file system has any. */
    snprintf(key, size, "%llu.%u", inode, (unsigned)generation);
}

static void keep_names(int fd, FILE *out) {
    int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = again < 0 ? NULL : fdopendir(again);
    if (!folder) return;
    for (struct dirent *entry; (entry = readdir(folder));)
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) {
            char key[64];
            int inside = openat(fd, entry->d_name, O_RDONLY | O_CLOEXEC);
            write_key(inside, entry->d_ino, key, sizeof key);
            if (inside >= 0) close(inside);
            fprintf(out, "%s %c %s\n", key, entry->d_type == DT_DIR ? 'd' : 'f', entry->d_name);
        }
    closedir(folder);
}

/* Writes a copy to FORGETFUL_SHADOW/PREFIX, then to its final name if that is wanted at once. */
static void copy(int fd, const struct stat *before, const char *prefix, int at_once) {
    char aside[4096], final[4096];
    const char *shadow = getenv("FORGETFUL_SHADOW"), *kind = S_ISDIR(before->st_mode) ? "dir" : "file";
    if (!shadow) return;
    char key[64];
    write_key(fd, before->st_ino, key, sizeof key);
    snprintf(aside, sizeof aside, "%s/%s%s-%s", shadow, prefix, kind, key);
    snprintf(final, sizeof final, "%s/%s-%s", shadow, kind, key);
    FILE *out = fopen(aside, "we");
    if (!out) return;
    if (S_ISDIR(before->st_mode)) keep_names(fd, out);
    else keep_file(fd, before, out);
    fclose(out);
    if (at_once) rename(aside, final);
}

static void keep(int fd, const struct stat *before) {
    pthread_mutex_lock(&one);
    copy(fd, before, "aside-", 1);
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

static int put_aside(const char *path, const struct stat *unused, int kind, struct FTW *place) {
    struct stat before;
    (void)unused, (void)place;
    int fd = kind == FTW_F || kind == FTW_D ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0 && fstat(fd, &before) == 0) copy(fd, &before, "all-", 0);
    if (fd >= 0) close(fd);
    return 0;
}

/* What was put aside counts from now on, or not at all. */
static void settle(int counts) {
    const char *shadow = getenv("FORGETFUL_SHADOW");
    DIR *folder = shadow ? opendir(shadow) : NULL;
    if (!folder) return;
    for (struct dirent *entry; (entry = readdir(folder));)
        if (!strncmp(entry->d_name, "all-", 4)) {
            if (counts) renameat(dirfd(folder), entry->d_name, dirfd(folder), entry->d_name + 4);
            else unlinkat(dirfd(folder), entry->d_name, 0);
        }
    closedir(folder);
}

/* Tells our own call from the one that was handed to us: syncfs has one argument, and the kernel ignores a second. */
#define OURS 0x5ea11

/* The lock is held throughout, so what another thread syncs meanwhile is kept after this, and newer. */
static void on_syncfs(int signal, siginfo_t *info, void *context) {
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    const char *watched = getenv("FORGETFUL_DIR");
    (void)signal, (void)info;
    pthread_mutex_lock(&one);
    if (watched) nftw(watched, put_aside, 16, FTW_PHYS);
    long result = syscall(SYS_syncfs, registers[REG_RDI], OURS);
    int error = errno;
    settle(result == 0);
    pthread_mutex_unlock(&one);
    registers[REG_RAX] = result == 0 ? 0 : -error;
}

__attribute__((constructor)) static void hear_of_syncfs(void) {
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_syncfs, 0, 2),  /* Another call passes. */
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OURS, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
    };
    struct sock_fprog filter = {sizeof steps / sizeof *steps, steps};
    struct sigaction action = {.sa_sigaction = on_syncfs, .sa_flags = SA_SIGINFO | SA_NODEFER};
    if (sigaction(SIGSYS, &action, NULL) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)) abort();
}
