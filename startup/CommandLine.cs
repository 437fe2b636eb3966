namespace Dragoman.Startup;

/// <summary>An option of an executable.</summary>
/// <param name="Name">The name, with its two hyphens.</param>
/// <param name="Value">The placeholder for its value on the manual page; null for an option without a value.</param>
/// <param name="Text">The description on the manual page.</param>
public sealed record CommandOption(string Name, string? Value, string Text)
{
    public static readonly CommandOption Help = new("--help", null, "Shows this page.");

    public static readonly CommandOption Version = new("--version", null, "Shows the version.");

    /// <summary>Why this executable rejects an option that others have; null for an option that it has.</summary>
    public string? Refusal { get; init; }

    /// <summary>The option with its placeholder: <c>--port N</c>.</summary>
    public string Usage => Value is null ? Name : $"{Name} {Value}";
}

/// <summary>Reads the arguments of an executable, as <c>--option value</c> or <c>--option=value</c>.</summary>
public sealed class CommandLine
{
    private readonly Dictionary<string, string> values = [];
    private readonly List<string> mistakes = [];

    private CommandLine()
    {
    }

    /// <summary>A message for each argument that is not valid.</summary>
    public IReadOnlyList<string> Mistakes => mistakes;

    /// <summary>Whether an option was given.</summary>
    public bool Has(CommandOption option) => values.ContainsKey(option.Name);

    /// <summary>The value of an option; null when it was not given.</summary>
    public string? ValueOf(CommandOption option) => values.GetValueOrDefault(option.Name);

    /// <param name="arguments">The arguments of the process.</param>
    /// <param name="options">The options that the executable has, and those that it rejects with a reason.</param>
    public static CommandLine Read(IReadOnlyList<string> arguments, IReadOnlyList<CommandOption> options)
    {
        var line = new CommandLine();
        for (var index = 0; index < arguments.Count; index++)
            line.ReadArgument(arguments, options, ref index);
        return line;
    }

    private void ReadArgument(IReadOnlyList<string> arguments, IReadOnlyList<CommandOption> options, ref int index)
    {
        var argument = arguments[index];
        var allowed = string.Join(", ", options.Where(each => each.Refusal is null).Select(each => each.Usage).Order(StringComparer.Ordinal));
        if (!argument.StartsWith('-'))
        {
            mistakes.Add($"argument {Printable.Quote(argument)} belongs to no option; allowed: {allowed}");
            return;
        }

        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? argument : argument[..equals];
        var value = equals < 0 ? null : argument[(equals + 1)..];
        // An option's value cannot be another option.
        if (value is null && index + 1 < arguments.Count && !arguments[index + 1].StartsWith("--", StringComparison.Ordinal))
            value = arguments[index + 1];
        var option = options.FirstOrDefault(each => each.Name == name);
        if (equals < 0 && value is not null && option is not { Value: null })
            index++;

        if (option is null)
            mistakes.Add($"argument {Printable.Quote(name)} is not known{NearestName.Suggest(name, options.Where(each => each.Refusal is null).Select(each => each.Name))}; allowed: {allowed}");
        else if (option.Refusal is { } refusal)
            mistakes.Add($"argument {name}: {refusal}");
        else if (option.Value is null && equals >= 0)
            mistakes.Add($"argument {name} takes no value");
        else if (option.Value is not null && string.IsNullOrEmpty(value))
            mistakes.Add($"argument {name} needs a value; allowed: {option.Usage}");
        else if (!values.TryAdd(name, option.Value is null ? "" : value!))
            mistakes.Add($"argument {name} is given twice; allowed: once");
    }
}
