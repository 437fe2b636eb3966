# Completion for fish. Use it with: dragoman completion fish > ~/.config/fish/completions/dragoman.fish
function __dragoman_complete
    set -l line (commandline -cp | string collect)
    dragoman "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null
end
complete -c dragoman -f -a '(__dragoman_complete)'
