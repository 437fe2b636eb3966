# Completion for bash. Use it with: source <(dragoman completion bash)
_dragoman_complete() {
    local line=${COMP_LINE:0:COMP_POINT} word=${COMP_WORDS[COMP_CWORD]}
    mapfile -t COMPREPLY < <(compgen -W "$(dragoman "[suggest:${#line}]" "$line" 2>/dev/null)" -- "$word")
}
complete -o bashdefault -o default -F _dragoman_complete dragoman
