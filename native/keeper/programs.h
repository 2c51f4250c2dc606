#ifndef SEXTON_KEEPER_PROGRAMS_H_
#define SEXTON_KEEPER_PROGRAMS_H_

namespace sexton {

// The programs of this executable, which share a file and its pages. The name by which it is
// started chooses one, or its first word where it has no such name. The keeper is the default.
struct Program {
  const char* name;
  int (*run)(int count, char** words);
};

// The program of that name, or null.
const Program* FindProgram(const char* name);

// The last part of a path.
const char* BaseName(const char* path);

int RunKeeper(int count, char** words);
int RunPid1(int count, char** words);   // pid1/
int RunFront(int count, char** words);  // ../front/

}  // namespace sexton

#endif  // SEXTON_KEEPER_PROGRAMS_H_
