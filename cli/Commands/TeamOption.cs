using System.CommandLine;

namespace Dragoman.Cli.Commands;

/// <summary>The option <c>--team</c>.</summary>
internal static class TeamOption
{
    public static Option<string> Of(string description) => new("--team") { HelpName = "TEAM", Description = description };

    /// <summary>The option as a part of a path.</summary>
    public static Option<string> Required()
    {
        var option = Of("The user's team.");
        option.Required = true;
        option.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value: var text }] && IdArgument.Mistake(text) is { } mistake)
                result.AddError($"--team {Startup.Printable.Quote(text)}: {mistake}");
        });
        return option;
    }
}
