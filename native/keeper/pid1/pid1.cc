#include "keeper/pid1/arguments.h"
#include "keeper/pid1/node.h"
#include "keeper/pid1/shell_copy.h"
#include "keeper/pid1/supervisor.h"
#include "keeper/pid1/world.h"
#include "keeper/programs.h"

// The program `pid1`: an init that stands by without Node.
//
// world        what it was started with, for the command to inherit
// environment  what the shell of bin/pid1 has changed, put right again
// shell_copy   the child by which that shell shows its first environment
// arguments    the command line, by the options in table.h; values reads their values
// settings     what the options and the variables of other inits ask for
// node         the program of TypeScript, for every other command line, and as an observer
// command      the command: its plan, its process group, signals to it
// supervisor   its life, from the start to the end
// reaping      the statuses of all children
// forwarding   signals to the command
// job          stops and the foreground of a terminal
// remainder    the end of the processes that the command leaves behind; survivors tells each
// report       messages for people, and events for the observer
//
// lib/cli/pid1/ is the same program as a composition of the library. It runs where no keeper does,
// and test/programs/inits holds both to one behaviour.
//
// Every signal is blocked from the start on, and taken in one place, by rt_sigtimedwait(2). So it
// needs no descriptor to stand by, and no signal is lost while it starts.

namespace sexton {
namespace pid1 {
namespace {

World world;
Settings settings;

int Run() {
  Words command = {world.count, world.words};
  Observer observer;
  if (!ParseArguments(&command, world.name, world.env, &settings)) {
    Answer answer = AskNode(world);
    if (!answer.runs) return answer.exit_code;
    const bool is_understood = ParseArguments(&answer.options, world.name, world.env, &settings);
    if (!is_understood) return kCannotRun;
    command = {answer.command_count, world.words + world.count - answer.command_count};
    observer = answer.observer;
  }
  static Supervisor supervisor(world, settings, command, observer);
  return supervisor.Run();
}

}  // namespace
}  // namespace pid1

int RunPid1(int count, char** words) {
  pid1::world = pid1::TakeWorld(count, words);
  const int code = pid1::Run();
  pid1::EndShellCopy();  // if no child was started
  return code;
}

}  // namespace sexton
