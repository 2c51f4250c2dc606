#ifndef SEXTON_FRONT_FRONT_H_
#define SEXTON_FRONT_FRONT_H_

namespace sexton {

// The front of a container runtime shim: what a manager starts for each container. It answers
// --version and --help, and hands everything else to the server of this user, which hosts the shims
// of all its containers in one Node process (lib/shim/serve/). Where there is no server, it starts
// one.
//
// front        the order of events
// place        where the server is, and its lock
// server       a connection to it, and its start
// request      what is handed over, and the replies
// help         the texts of --help
//
// It has no state beyond one call, and exits with the code that the server tells.
int RunFront(int count, char** words);

}  // namespace sexton

#endif  // SEXTON_FRONT_FRONT_H_
