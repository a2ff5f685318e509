/* What starting processes costs at the least: so many commands, so many at a time, and nothing kept of them.
   cc -O2 floor.c -o floor; ./floor JOBS AT_A_TIME COMMAND */
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;

int main(int count, char **words) {
    if (count != 4) return 2;
    int waiting = atoi(words[1]), room = atoi(words[2]), running = 0;
    char *command[] = {words[3], NULL};
    while (waiting > 0 || running > 0) {
        pid_t pid;
        if (waiting > 0 && running < room) {
            if (posix_spawn(&pid, words[3], NULL, NULL, command, environ)) return 1;
            waiting--, running++;
        } else if (wait(NULL) > 0) {
            running--;
        }
    }
    return 0;
}
