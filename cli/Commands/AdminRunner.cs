using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Dragoman.Administration;
using Dragoman.Cli.Clients;
using Dragoman.Cli.Credentials;
using Dragoman.Cli.Fields;
using Dragoman.Cli.Output;

namespace Dragoman.Cli.Commands;

/// <summary>Sends the calls of commands to the store or to a gateway, and shows the answers.</summary>
internal sealed class AdminRunner(CliContext context, GlobalOptions global)
{
    private const int MostRetained = 200_000;

    /// <summary>In the audit log all calls of one run have the same id. A gateway takes its own instead.</summary>
    private readonly AdminActor actor = AdminActor.Local(UserName(), "cli-" + RandomNumberGenerator.GetHexString(16, lowercase: true));

    public CliContext Context => context;

    public bool WantsJson(ParseResult parse) => parse.GetValue(global.Json);

    public bool IsQuiet(ParseResult parse) => parse.GetValue(global.Quiet);

    public bool NamesStore(ParseResult parse) => parse.GetValue(global.Store) is not null;

    public AdminCall Call(string method, string path, params IEnumerable<(string Name, string? Value)> query) => new(method, path, actor)
    {
        Query = [.. query.Where(each => each.Value is not null).Select(each => KeyValuePair.Create(each.Name, each.Value!))],
    };

    /// <summary>The gateway that a command calls; null when it works on the store.</summary>
    /// <exception cref="CliFailure">The address is not valid.</exception>
    public GatewayAddress? FindGateway(ParseResult parse) => GatewayAddress.Find(parse.GetValue(global.Url), parse.GetValue(global.Store), context);

    /// <exception cref="CliFailure">The address, the store or the credential is not valid.</exception>
    public IAdminClient Open(ParseResult parse) => FindGateway(parse) is { } gateway
        ? new RemoteClient(gateway, new CredentialSource(context, gateway))
        : new LocalClient(StoreLocation.Find(parse.GetValue(global.Store), context), context.Clock);

    /// <summary>A gateway, for what a store alone cannot answer.</summary>
    /// <exception cref="CliFailure">No address is given, or it is not valid.</exception>
    public RemoteClient OpenGateway(ParseResult parse, string command) => FindGateway(parse) is { } gateway
        ? new RemoteClient(gateway, new CredentialSource(context, gateway))
        : throw CliFailure.Usage($"{command} asks a running gateway; give its address with --url or DRAGOMAN_URL");

    /// <summary>Sends one call and shows its answer.</summary>
    /// <param name="parse">The arguments.</param>
    /// <param name="call">The call.</param>
    /// <param name="body">The body, which knows the options of its values; null when there is none.</param>
    /// <param name="show">Shows an answer to a person.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <param name="progress">What a person reads while it takes long; null when it does not.</param>
    /// <param name="showsAnyFormat">Whether <paramref name="show"/> also shows the answer to a program.</param>
    public async Task<int> RunAsync(
        ParseResult parse, AdminCall call, RequestBody? body, Action<AdminAnswer> show, CancellationToken cancellation, string? progress = null, bool showsAnyFormat = false)
    {
        var client = Open(parse);
        await using (client.ConfigureAwait(false))
        {
            if (body is not null)
                call = call with { Body = body.ToUtf8() };
            var answer = progress is null
                ? await SendAsync(client, call, cancellation).ConfigureAwait(false)
                : await context.Terminal.ShowProgressAsync(progress, _ => SendAsync(client, call, cancellation)).ConfigureAwait(false);
            if (answer.Status >= 400)
                return Report(parse, answer, body);
            if (showsAnyFormat || !WantsJson(parse))
                show(answer);
            else if (!answer.Body.IsEmpty)
                context.Terminal.WriteJson(answer.Body.Span);
            return ExitCode.Done;
        }
    }

    /// <summary>Shows one page of a list, or all of them.</summary>
    public async Task<int> ListAsync(ParseResult parse, ListOptions options, AdminCall call, string what, IReadOnlyList<Column> columns, CancellationToken cancellation)
    {
        var client = Open(parse);
        await using (client.ConfigureAwait(false))
        {
            call = call with { Query = [.. call.Query, .. options.QueryOf(parse)] };
            if (options.WantsAll(parse))
                return await ListAllAsync(parse, client, call, what, columns, cancellation).ConfigureAwait(false);
            var answer = await SendAsync(client, call, cancellation).ConfigureAwait(false);
            if (answer.Status >= 400)
                return Report(parse, answer, null);
            if (WantsJson(parse))
            {
                context.Terminal.WriteJson(answer.Body.Span);
                return ExitCode.Done;
            }

            var page = ParsedBody(answer);
            ShowList(parse, [.. page.GetProperty("items"u8).EnumerateArray()], what, columns);
            if (page.GetProperty("next"u8).GetString() is { } next && !IsQuiet(parse))
                context.Terminal.Say($"There are more {what}. The next ones: --after {next}. All of them: --all.");
            return ExitCode.Done;
        }
    }

    /// <summary>Shows the error of an answer.</summary>
    /// <returns>The exit code.</returns>
    public int Report(ParseResult parse, AdminAnswer answer, RequestBody? body)
    {
        var terminal = context.Terminal;
        if (WantsJson(parse) && answer.Body.Length > 0)
        {
            terminal.SayJson(answer.Body.Span);
            return ExitCode.Of(answer.Status);
        }

        foreach (var sentence in ProblemText.Of(answer.Body, answer.Status, (place, name) => Places.OptionOf(place, name, body)))
            terminal.Say($"{CommandTree.Program}: {Secrets.Hide(sentence)}");
        if (answer.Status == 401)
            terminal.Say($"{CommandTree.Program}: give a key in DRAGOMAN_KEY, or log in with dragoman login");
        if (answer.RetryAfter is { } wait)
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{CommandTree.Program}: try again in {Math.Ceiling(wait.TotalSeconds)} s"));
        return ExitCode.Of(answer.Status);
    }

    /// <summary>The JSON of a good answer.</summary>
    /// <exception cref="CliFailure">It is none, so that something else than Dragoman has answered.</exception>
    public static JsonElement ParsedBody(AdminAnswer answer)
    {
        try
        {
            var json = JsonElement.Parse(answer.Body.Span);
            if (json.ValueKind == JsonValueKind.Object)
                return json;
        }
        catch (JsonException)
        {
            // The same as an answer that is no object.
        }

        throw new CliFailure(ExitCode.Failed, "the answer is no JSON object; is the address that of a Dragoman gateway?");
    }

    private static async Task<AdminAnswer> SendAsync(IAdminClient client, AdminCall call, CancellationToken cancellation)
    {
        var answer = await client.SendAsync(call, cancellation).ConfigureAwait(false);
        return answer.Status is >= 300 and < 400
            ? throw new CliFailure(ExitCode.Failed, $"the gateway answered with status {answer.Status}, which leads elsewhere; give the address that it leads to")
            : answer;
    }

    private static string? UserName()
    {
        try
        {
            return Environment.UserName is { Length: > 0 } name ? name : null;
        }
        catch (Exception error) when (error is InvalidOperationException or IOException)
        {
            // A container may have a user without a name, or no list of users at all.
            return null;
        }
    }

    private async Task<int> ListAllAsync(ParseResult parse, IAdminClient client, AdminCall call, string what, IReadOnlyList<Column> columns, CancellationToken cancellation)
    {
        var entries = new List<JsonElement>();
        AdminAnswer? failed = null;
        await context.Terminal.ShowProgressAsync(
            $"reading {what}",
            async tell =>
            {
                var page = call;
                while (true)
                {
                    var answer = await SendAsync(client, page, cancellation).ConfigureAwait(false);
                    if (answer.Status >= 400)
                    {
                        failed = answer;
                        return 0;
                    }

                    var json = ParsedBody(answer);
                    entries.AddRange(json.GetProperty("items"u8).EnumerateArray());
                    tell(string.Create(CultureInfo.InvariantCulture, $"reading {what}: {entries.Count:N0}"));
                    if (json.GetProperty("next"u8).GetString() is not { } next)
                        return 0;
                    if (entries.Count > MostRetained)
                        throw new CliFailure(ExitCode.Failed, string.Create(CultureInfo.InvariantCulture, $"there are more than {MostRetained:N0} {what}; read them by pages with --limit and --after"));
                    page = call with { Query = [.. call.Query.Where(each => each.Key != "after"), KeyValuePair.Create("after", next)] };
                }
            }).ConfigureAwait(false);
        if (failed is not null)
            return Report(parse, failed, null);
        if (WantsJson(parse))
            context.Terminal.WriteJson(JsonList.Of(entries));
        else
            ShowList(parse, entries, what, columns);
        return ExitCode.Done;
    }

    private void ShowList(ParseResult parse, List<JsonElement> entries, string what, IReadOnlyList<Column> columns)
    {
        if (entries.Count > 0)
            Tables.WriteList(context.Terminal, columns, entries);
        else if (!IsQuiet(parse))
            context.Terminal.Say($"There are no {what}.");
    }
}
