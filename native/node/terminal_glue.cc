#include <unistd.h>

#include "node/glue.h"
#include "platform/terminal.h"

namespace sexton {
namespace {

// moveForeground(from, to): two process groups; 0 means this process's own. 0 or -errno.
Napi::Value Move(const Napi::CallbackInfo& info) {
  const auto group = [](int id) { return id == 0 ? getpgrp() : id; };
  return Result(info, MoveForeground(group(IntArg(info, 0)), group(IntArg(info, 1))));
}

// writeFromBackground(fd, bytes, patience in ms): how many bytes it has written, or -errno.
Napi::Value Write(const Napi::CallbackInfo& info) {
  auto bytes = info[1].As<Napi::Uint8Array>();
  const auto* data = reinterpret_cast<const char*>(bytes.Data());
  const ssize_t written =
      WriteFromBackground(IntArg(info, 0), data, bytes.ElementLength(), IntArg(info, 2));
  return Result(info, static_cast<int>(written));
}

}  // namespace

void DefineTerminal(Napi::Object exports, Environment* state) {
  Define(exports, "moveForeground", Move, {kInt, kInt}, state);
  Define(exports, "writeFromBackground", Write, {kInt, kBytes, kInt}, state);
}

}  // namespace sexton
