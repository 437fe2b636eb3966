using System.CommandLine;

namespace Dragoman.Cli.Commands;

/// <summary>Arguments that become a part of a path, and must not lead to another one.</summary>
internal static class IdArgument
{
    public static Argument<string> Of(string name, string description) => Checked(new(name) { Description = description });

    /// <summary>The id of a key.</summary>
    public static Argument<string> OfKey()
    {
        var argument = Of("KEY-ID", "The key's id: the 12 characters that follow dgm_.");
        argument.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value: var text }] && text.StartsWith("dgm_", StringComparison.Ordinal))
                result.AddError("KEY-ID: is the text of a key, which is secret; give the 12 characters that follow dgm_");
        });
        return argument;
    }

    private static Argument<string> Checked(Argument<string> argument)
    {
        argument.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && Mistake(text) is { } mistake)
                result.AddError($"{argument.Name} {Startup.Printable.Quote(text)}: {mistake}");
        });
        return argument;
    }

    /// <summary>What is wrong with an id, or null.</summary>
    public static string? Mistake(string text) => text.Length == 0 ? "is empty" : text is "." or ".." || text.Contains('/') ? "is no id; an id contains no slash" : null;
}
