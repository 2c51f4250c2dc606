#ifndef SEXTON_KEEPER_PROGRAMS_H_
#define SEXTON_KEEPER_PROGRAMS_H_

// The keeper's executable is several programs, as busybox is: the name by which it is called says
// which one runs. So they share a file and its pages, and a link is all that another program takes.

namespace sexton {

struct Program {
  const char* name;
  int (*run)(int count, char** words);
};

// Finds the program with the name in `words[0]`, a path. The keeper, if there is none.
Program FindProgram(const char* path);

}  // namespace sexton

#endif  // SEXTON_KEEPER_PROGRAMS_H_
