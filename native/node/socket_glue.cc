#include <sys/socket.h>

#include "node/addon.h"
#include "platform/unix_sockets.h"

namespace sexton {
namespace {

// The numbers that receiveMessage() writes before the descriptors: the flags, and how many
// descriptors follow.
constexpr int kMessageFields = 2;

// openSocket(type): a descriptor or -errno.
Napi::Value OpenSocket(const Napi::CallbackInfo& info) {
  UniqueFd fd;
  const int opened = OpenUnixSocket(IntArg(info, 0), &fd);
  return Result(info, opened < 0 ? opened : State(info)->open_fds.Add(fd.Release()));
}

template <typename Call>
Napi::Value WithPath(const Napi::CallbackInfo& info, Call call) {
  auto path = info[1].As<Napi::Uint8Array>();
  const auto* text = reinterpret_cast<const char*>(path.Data());
  return Result(info, call(IntArg(info, 0), text, path.ByteLength()));
}

// bindSocket(fd, path): 0 or -errno.
Napi::Value BindSocket(const Napi::CallbackInfo& info) { return WithPath(info, BindUnixSocket); }

// connectSocket(fd, path): 0 or -errno.
Napi::Value ConnectSocket(const Napi::CallbackInfo& info) {
  return WithPath(info, ConnectUnixSocket);
}

// listenSocket(fd, backlog): 0 or -errno.
Napi::Value ListenSocket(const Napi::CallbackInfo& info) {
  return Result(info, ListenUnixSocket(IntArg(info, 0), IntArg(info, 1)));
}

// acceptSocket(fd): a descriptor or -errno.
Napi::Value AcceptSocket(const Napi::CallbackInfo& info) {
  UniqueFd client;
  const int accepted = AcceptUnixSocket(IntArg(info, 0), &client);
  return Result(info, accepted < 0 ? accepted : State(info)->open_fds.Add(client.Release()));
}

// socketPeer(fd, peer: Float64Array): writes [pid, uid, gid]; 0 or -errno.
Napi::Value SocketPeer(const Napi::CallbackInfo& info) {
  Peer peer;
  const int read = ReadPeer(IntArg(info, 0), &peer);
  if (read < 0) return Result(info, read);
  auto fields = info[1].As<Napi::Float64Array>();
  fields[size_t{0}] = peer.pid;
  fields[size_t{1}] = peer.uid;
  fields[size_t{2}] = peer.gid;
  return Result(info, 0);
}

// shutdownSocket(fd, how): 0 or -errno.
Napi::Value ShutdownSocket(const Napi::CallbackInfo& info) {
  const int how = IntArg(info, 1);
  return Result(info, shutdown(IntArg(info, 0), how) == 0 ? 0 : -errno);
}

// sendMessage(fd, bytes, flags, fds: Int32Array): how many bytes it has sent, or -errno.
Napi::Value Send(const Napi::CallbackInfo& info) {
  auto bytes = info[1].As<Napi::Uint8Array>();
  auto fds = info[3].As<Napi::Int32Array>();
  return Result(info,
                SendMessage(IntArg(info, 0), bytes.Data(), bytes.ByteLength(), IntArg(info, 2),
                            fds.Data(), static_cast<int>(fds.ElementLength())));
}

// receiveMessage(fd, bytes, flags, message: Int32Array): how many bytes it has received, or -errno.
// Writes the message's flags, the number of its descriptors, and the descriptors.
Napi::Value Receive(const Napi::CallbackInfo& info) {
  auto bytes = info[1].As<Napi::Uint8Array>();
  Message message;
  const long received =
      ReceiveMessage(IntArg(info, 0), bytes.Data(), bytes.ByteLength(), IntArg(info, 2), &message);
  int32_t* out = info[3].As<Napi::Int32Array>().Data();
  out[0] = message.flags;
  out[1] = message.count;
  for (int i = 0; i < message.count; ++i)
    out[kMessageFields + i] = State(info)->open_fds.Add(message.fds[i]);
  return Result(info, static_cast<double>(received));
}

Napi::Object Numbers(Napi::Env env, std::initializer_list<std::pair<const char*, int>> numbers) {
  auto object = Napi::Object::New(env);
  for (const auto& [name, number] : numbers) object.Set(name, number);
  return object;
}

}  // namespace

void DefineSockets(Napi::Object exports, Environment* state) {
  const auto env = exports.Env();
  exports.Set("socketTypes", Numbers(env, {{"stream", SOCK_STREAM},
                                           {"datagram", SOCK_DGRAM},
                                           {"seqpacket", SOCK_SEQPACKET}}));
  exports.Set("messageFlags", Numbers(env, {{"peek", MSG_PEEK},
                                            {"truncated", MSG_TRUNC},
                                            {"descriptorsLost", MSG_CTRUNC}}));
  exports.Set("messageFields", kMessageFields + kMostPassed);
  Define(exports, "openSocket", OpenSocket, {kInt}, state);
  Define(exports, "bindSocket", BindSocket, {kInt, kBytes}, state);
  Define(exports, "connectSocket", ConnectSocket, {kInt, kBytes}, state);
  Define(exports, "listenSocket", ListenSocket, {kInt, kInt}, state);
  Define(exports, "acceptSocket", AcceptSocket, {kInt}, state);
  Define(exports, "socketPeer", SocketPeer, {kInt, Doubles(3)}, state);
  Define(exports, "shutdownSocket", ShutdownSocket, {kInt, kInt}, state);
  Define(exports, "sendMessage", Send, {kInt, kBytes, kInt, Ints(0)}, state);
  Define(exports, "receiveMessage", Receive,
         {kInt, kBytes, kInt, Ints(kMessageFields + kMostPassed)}, state);
}

}  // namespace sexton
