namespace Dragoman.Attack;

/// <summary>The options of the command line.</summary>
internal sealed record Options
{
    public const string Usage = """
        usage: tests/attack/run.sh [--only NAME[,NAME…]] [--fast] [--full] [--tree DIR] [--json FILE] [--list]
          --only   these attacks; a row, a category or the beginning of a name will do
          --fast   those that need no deployment of their own, under a minute
          --full   those that are scaled down by default at the size of the first finding; takes half an hour
          --tree   attack the Release build of another checkout
          --json   write the verdicts there too
          --list   name the attacks and end
        """;

    public IReadOnlyList<string> Only { get; init; } = [];

    public bool IsFast { get; init; }

    public bool IsFull { get; init; }

    public bool Lists { get; init; }

    public string? Tree { get; init; }

    public string? JsonFile { get; init; }

    /// <returns>Null when the arguments are not understood.</returns>
    public static Options? Read(ReadOnlySpan<string> arguments)
    {
        var options = new Options();
        for (var at = 0; at < arguments.Length; at++)
        {
            var value = at + 1 < arguments.Length ? arguments[at + 1] : null;
            switch (arguments[at])
            {
                case "--fast":
                    options = options with { IsFast = true };
                    continue;
                case "--full":
                    options = options with { IsFull = true };
                    continue;
                case "--list":
                    options = options with { Lists = true };
                    continue;
                case "--only" when value is not null:
                    options = options with { Only = [.. options.Only, .. value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)] };
                    break;
                case "--tree" when value is not null:
                    options = options with { Tree = Path.GetFullPath(value) };
                    break;
                case "--json" when value is not null:
                    options = options with { JsonFile = Path.GetFullPath(value) };
                    break;
                default:
                    return null;
            }

            at++;
        }

        return options;
    }

    public bool Includes(Attack attack) =>
        (!IsFast || attack.IsFast)
        && (Only.Count == 0 || Only.Any(word => word == attack.Row || word == attack.Category || attack.Name.StartsWith(word, StringComparison.Ordinal)));
}
