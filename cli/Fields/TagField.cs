using System.CommandLine;

namespace Dragoman.Cli.Fields;

/// <summary>Tags: each option sets one and leaves the others.</summary>
internal sealed class TagField : Field
{
    private const string Member = "tags";

    private readonly Option<string[]> option = new("--tag")
    {
        HelpName = "NAME=VALUE",
        Description = "Sets a tag. May be repeated.",
        Arity = ArgumentArity.OneOrMore,
    };

    public TagField()
        : base(Member, Member)
    {
    }

    public override IReadOnlyList<Option> Options => [option];

    /// <summary>Removes one tag.</summary>
    public static void Clear(RequestBody body, string tag) => body.Set($"--clear tag:{tag}", null, Member, tag);

    public override void Write(ParseResult parse, RequestBody body)
    {
        if (parse.GetResult(option) is null)
            return;
        foreach (var text in parse.GetValue(option) ?? [])
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw CliFailure.Usage($"{Quoted(option, text)}: must be NAME=VALUE, such as --tag cost-center=4711");
            body.Set(Quoted(option, text), text[(equals + 1)..], Member, text[..equals]);
        }
    }
}
