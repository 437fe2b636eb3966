using System.CommandLine;
using System.CommandLine.Completions;

namespace Dragoman.Cli.Fields;

/// <summary>The fields that a command sets.</summary>
/// <param name="fields">The fields.</param>
internal sealed class FieldSet(params Field[] fields)
{
    private const string TagPrefix = "tag:";

    private Option<string[]>? clear;

    public static Field Name() => new TextField("name", "TEXT", "A name for people.", "name");

    public static Field Roles() => new ListField("role", "ROLE", "A role: lead, auditor or admin. May be repeated; the list replaces the present one.", ["lead", "auditor", "admin"], "roles");

    /// <summary>What may be used.</summary>
    public static Field[] Allow() =>
    [
        new ListField("allow-model", "PATTERN", "Allows only these models, such as gpt-5* or claude/*. May be repeated; the list replaces the present one.", [], "allow", "models"),
        new ListField("allow-endpoint", "PATTERN", "Allows only these paths, such as /v1/chat/completions or /api/*. May be repeated; the list replaces the present one.", [], "allow", "endpoints"),
        new ListField("allow-network", "NETWORK", "Allows only clients from these networks, such as 10.0.0.0/8. May be repeated; the list replaces the present one.", [], "allow", "networks"),
    ];

    /// <summary>The limits.</summary>
    /// <param name="member">The member that holds them.</param>
    /// <param name="prefix">What the names of the options begin with.</param>
    /// <param name="whose">For whom they are, such as <c> of each user</c>.</param>
    public static Field[] Limits(string member = "limits", string prefix = "", string whose = "") =>
    [
        new NumberField(prefix + "requests-per-minute", $"Limits the requests{whose} a minute.", member, "requestsPerMinute"),
        new NumberField(prefix + "tokens-per-minute", $"Limits the tokens{whose} a minute.", member, "tokensPerMinute"),
        new NumberField(prefix + "concurrent-requests", $"Limits the requests{whose} that run at the same time.", member, "concurrentRequests"),
    ];

    /// <summary>The budgets.</summary>
    /// <param name="member">The member that holds them.</param>
    /// <param name="prefix">What the names of the options begin with.</param>
    /// <param name="whose">For whom they are, such as <c> of each user</c>.</param>
    public static Field[] Budgets(string member = "budgets", string prefix = "", string whose = "") =>
    [
        new MoneyField(prefix + "budget-day", $"The US dollars{whose} for each day.", member, "day"),
        new MoneyField(prefix + "budget-week", $"The US dollars{whose} for each week, from Monday.", member, "week"),
        new MoneyField(prefix + "budget-month", $"The US dollars{whose} for each calendar month.", member, "month"),
        new MoneyField(prefix + "budget-total", $"The US dollars{whose} in all.", member, "total"),
        new PartField(prefix + "budget-warn-at", $"The part of the budgets{whose} from which they warn, such as 0.8.", member, "warnAt"),
    ];

    public static Field TimeZone() => new TextField("time-zone", "ZONE", "Where the days, weeks and months of budgets begin, such as Europe/Berlin.", "timeZone");

    /// <summary>Adds the options to a command that creates something.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in fields.SelectMany(static field => field.Options))
            command.Add(option);
    }

    /// <summary>Adds the options to a command that changes something, with <c>--clear</c>.</summary>
    public void AddWithClearTo(Command command)
    {
        AddTo(command);
        clear = new("--clear") { HelpName = "FIELD", Arity = ArgumentArity.OneOrMore, Description = $"Gives a field its default. May be repeated. Fields: {ClearNames}." };
        clear.CompletionSources.Add(_ => fields.Select(static field => new CompletionItem(field.Name)));
        command.Add(clear);
    }

    /// <summary>What was given.</summary>
    /// <exception cref="CliFailure">A value is not valid.</exception>
    public RequestBody Read(ParseResult parse)
    {
        var body = new RequestBody();
        if (clear is not null && parse.GetResult(clear) is not null)
        {
            foreach (var name in parse.GetValue(clear) ?? [])
                Clear(parse, body, name);
        }

        foreach (var field in fields)
            field.Write(parse, body);
        return body;
    }

    /// <summary>What was given to a command that must change something.</summary>
    /// <exception cref="CliFailure">Nothing was given, or a value is not valid.</exception>
    public RequestBody ReadChange(ParseResult parse)
    {
        var body = Read(parse);
        return body.IsEmpty ? throw CliFailure.Usage("there is nothing to change; give at least one option that sets or clears a field") : body;
    }

    private string ClearNames => string.Join(", ", fields.Select(static each => each.Name)) + (HasTags ? $", {TagPrefix}NAME" : "");

    private bool HasTags => fields.Any(static each => each is TagField);

    private void Clear(ParseResult parse, RequestBody body, string name)
    {
        if (HasTags && name.StartsWith(TagPrefix, StringComparison.Ordinal) && name.Length > TagPrefix.Length)
        {
            TagField.Clear(body, name[TagPrefix.Length..]);
            return;
        }

        var field = Array.Find(fields, each => each.Name == name)
            ?? throw CliFailure.Usage($"--clear {Startup.Printable.Quote(name)}: is no field{Startup.NearestName.Suggest(name, fields.Select(static each => each.Name))}; allowed: {ClearNames}");
        // The change is one document, in which a member is either cleared or set.
        if (field.Options.FirstOrDefault(option => parse.GetResult(option) is { Implicit: false }) is { } given)
            throw CliFailure.Usage($"--clear {name} and {given.Name} are given together; allowed: one of them");
        field.Clear(body);
    }
}
