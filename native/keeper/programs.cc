#include "keeper/programs.h"

#include <cstring>

#include "front/front.h"
#include "keeper/keeper.h"

namespace sexton {
namespace {

constexpr Program kPrograms[] = {
    {"conmon", RunFront},
    {"sexton-shim", RunFront},
    {"shimmy", RunFront},
};

}  // namespace

Program FindProgram(const char* path) {
  const char* const slash = strrchr(path, '/');
  const char* const name = slash == nullptr ? path : slash + 1;
  for (const Program& program : kPrograms) {
    if (strcmp(program.name, name) == 0) return program;
  }
  return {name, RunKeeper};
}

}  // namespace sexton

int main(int count, char** words) {
  const sexton::Program program = sexton::FindProgram(count > 0 ? words[0] : "");
  return program.run(count, words);
}
