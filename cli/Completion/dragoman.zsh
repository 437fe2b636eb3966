#compdef dragoman
# Completion for zsh. Use it with: source <(dragoman completion zsh)
_dragoman_complete() {
    local line="${(j: :)words[1,CURRENT]}"
    local -a candidates
    candidates=("${(@f)$(dragoman "[suggest:${#line}]" "$line" 2>/dev/null)}")
    compadd -- "${(@)candidates:#}"
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _dragoman_complete dragoman
