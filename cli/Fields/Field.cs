using System.CommandLine;

namespace Dragoman.Cli.Fields;

/// <summary>A member of a team, key, user or the organization, and the options that set it.</summary>
/// <param name="name">The name by which <c>--clear</c> knows it, without hyphens in front.</param>
/// <param name="path">The names of the member and of the objects around it.</param>
internal abstract class Field(string name, params string[] path)
{
    public string Name { get; } = name;

    protected string[] Path { get; } = path;

    public abstract IReadOnlyList<Option> Options { get; }

    /// <summary>Writes what was given.</summary>
    /// <exception cref="CliFailure">The value is not valid.</exception>
    public abstract void Write(ParseResult parse, RequestBody body);

    /// <summary>Gives the member its default.</summary>
    public virtual void Clear(RequestBody body) => body.Set($"--clear {Name}", null, Path);

    /// <summary>An option with its value, for messages.</summary>
    protected static string Quoted(Option option, string value) => $"{option.Name} {Startup.Printable.Quote(value)}";
}
