using System.CommandLine;

namespace Dragoman.Cli;

/// <summary>The options that every command has.</summary>
internal sealed class GlobalOptions
{
    public Option<string> Store { get; } = new("--store")
    {
        Description = "Works on this store itself: sqlite:PATH, postgres://…, tables:…, or env:NAME or file:PATH that contains one of these.",
        HelpName = "CONNECTION",
        Recursive = true,
    };

    public Option<string> Url { get; } = new("--url")
    {
        Description = "Calls the gateway at this address, instead of DRAGOMAN_URL.",
        HelpName = "URL",
        Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json") { Description = "Prints the JSON of the API, for scripts.", Recursive = true };

    public Option<bool> Quiet { get; } = new("--quiet", "-q")
    {
        Description = "Prints no more than the result: of a new key its text alone, of a change nothing.",
        Recursive = true,
    };

    public IEnumerable<Option> All => [Store, Url, Json, Quiet];
}
