using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Dragoman.Cli.Fields;

/// <summary>A list of texts: the option is given once for each.</summary>
internal sealed class ListField : Field
{
    private readonly Option<string[]> option;
    private readonly string pointer;

    /// <param name="name">The name of the option, without its hyphens.</param>
    /// <param name="placeholder">What stands for a text in the help.</param>
    /// <param name="description">The description in the help.</param>
    /// <param name="allowed">The only texts that are allowed, for completions; empty for any.</param>
    /// <param name="path">The names of the member and of the objects around it.</param>
    public ListField(string name, string placeholder, string description, string[] allowed, params string[] path)
        : base(name, path)
    {
        option = new("--" + name) { HelpName = placeholder, Description = description, Arity = ArgumentArity.OneOrMore };
        option.CompletionSources.Add(_ => allowed.Select(text => new System.CommandLine.Completions.CompletionItem(text)));
        pointer = RequestBody.PointerOf(path);
    }

    public override IReadOnlyList<Option> Options => [option];

    public override void Write(ParseResult parse, RequestBody body)
    {
        if (parse.GetResult(option) is null || parse.GetValue(option) is not { } texts)
            return;
        var list = new JsonArray();
        for (var index = 0; index < texts.Length; index++)
        {
            list.Add((JsonNode)texts[index]);
            body.AddSource(string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index}"), Quoted(option, texts[index]));
        }

        body.Set(option.Name, list, Path);
    }
}
