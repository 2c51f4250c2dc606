try {
  require('sexton')
} catch ({ code, message, path }) {
  console.log(JSON.stringify({ code, message, path }))
}
