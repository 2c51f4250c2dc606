#ifndef SEXTON_SPAWN_DUMPABLE_H_
#define SEXTON_SPAWN_DUMPABLE_H_

namespace sexton {

// A change of credentials makes the memory it happens in undumpable, which keeps whoever has the
// new user id from looking into it; and a child that has not run exec yet has our memory. It must
// stay undumpable until the last such child has left it, or the new user could open it through the
// child, for reading and for writing, and keep it open. And no longer: left so, this process would
// leave no core dumps and hide its /proc from its user.
//
// Lives from before such a child is made until it has run exec, or has been reaped. That the parent
// goes on is no sign of that: the kernel lets it go before it takes the memory from the child.
class Undumpable {
 public:
  explicit Undumpable(bool changes_credentials);
  ~Undumpable();
  Undumpable(const Undumpable&) = delete;
  Undumpable& operator=(const Undumpable&) = delete;

 private:
  const bool changes_credentials_;
};

}  // namespace sexton

#endif  // SEXTON_SPAWN_DUMPABLE_H_
