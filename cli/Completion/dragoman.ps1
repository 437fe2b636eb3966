# Completion for PowerShell. Use it with: dragoman completion pwsh | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName dragoman -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $line = $commandAst.ToString().PadRight($cursorPosition)
    dragoman "[suggest:$cursorPosition]" $line | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }
}
