#include "keeper/programs.h"

#include <cstring>

namespace sexton {
namespace {

// The container engines name an init that they bring along `docker-init`, `podman-init` and `init`.
const Program kPrograms[] = {
    {"pid1", RunPid1},         {"tini", RunPid1},      {"tini-static", RunPid1},
    {"dumb-init", RunPid1},    {"catatonit", RunPid1}, {"docker-init", RunPid1},
    {"podman-init", RunPid1},  {"init", RunPid1},      {"conmon", RunFront},
    {"sexton-shim", RunFront}, {"shimmy", RunFront},
};

}  // namespace

const Program* FindProgram(const char* name) {
  for (const Program& program : kPrograms) {
    if (strcmp(program.name, name) == 0) return &program;
  }
  return nullptr;
}

const char* BaseName(const char* path) {
  const char* const slash = strrchr(path, '/');
  return slash == nullptr ? path : slash + 1;
}

}  // namespace sexton

int main(int count, char** words) {
  const sexton::Program* program = nullptr;
  if (count > 0) program = sexton::FindProgram(sexton::BaseName(words[0]));
  if (program != nullptr) return program->run(count, words);
  if (count > 1) program = sexton::FindProgram(words[1]);
  if (program != nullptr) return program->run(count - 1, words + 1);
  return sexton::RunKeeper(count, words);
}
