using System.Globalization;
using Dragoman.Catalog;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Answers;
using Dragoman.Pipeline;
using Dragoman.Providers;
using Dragoman.Startup;

namespace Dragoman.Diagnosis;

/// <summary>Reaches a provider, lists its models, and has it generate a token.</summary>
internal sealed class ProviderExamination(GatewaySnapshot snapshot, ProviderSettings settings, DoctorOptions options, TimeProvider clock)
{
    /// <summary>Bytes. An answer of a few tokens has no more.</summary>
    private const int LargestAnswer = 1024 * 1024;

    /// <summary>Some models refuse a smaller limit.</summary>
    private const int MostTokens = 16;

    private readonly string subject = $"provider {settings.Name}";
    private readonly Provider provider = snapshot.ProviderOf(new Target(settings.Name, ""));
    private readonly List<Finding> findings = [];

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        var server = await new ServerExamination(subject, provider.Address, $"/providers/{settings.Name}/baseUrl", options, clock).RunAsync(cancellation).ConfigureAwait(false);
        findings.AddRange(server.Findings);
        if (server.IsReachable && await ListAsync(cancellation).ConfigureAwait(false) is { } listed)
            await GenerateAsync(listed, cancellation).ConfigureAwait(false);
        return findings;
    }

    /// <summary>The listed models; null if requests cannot succeed.</summary>
    private async Task<IReadOnlyList<ListedModel>?> ListAsync(CancellationToken cancellation)
    {
        const string Check = "models";
        if (provider.Api.ModelList is null)
        {
            Add(Check, FindingState.Skipped, "the provider does not list what can be called");
            return [];
        }

        var models = await TryAsync(Check, provider.ListModelsAsync, cancellation).ConfigureAwait(false);
        if (models is { Count: 0 })
            Add(Check, FindingState.Warning, "the credential is accepted, but no model is listed", $"load a model on the server, or check the credential's rights and {Pointer("baseUrl")}");
        else if (models is not null)
            Add(Check, FindingState.Good, string.Create(CultureInfo.InvariantCulture, $"the credential is accepted, and {models.Count} models are listed{NotListed(models)}"));
        return models;
    }

    private string NotListed(IReadOnlyList<ListedModel> models)
    {
        var known = models.Select(model => model.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var missing = Targets().Where(model => !known.Contains(model)).ToList();
        return missing.Count == 0 ? "" : $"; not listed: {string.Join(", ", missing.Take(3))}";
    }

    private async Task GenerateAsync(IReadOnlyList<ListedModel> listed, CancellationToken cancellation)
    {
        const string Check = "token";
        if (!options.Generates)
        {
            Add(Check, FindingState.Skipped, "not asked for");
            return;
        }

        if (Cheapest(listed) is not { } model)
        {
            Add(Check, FindingState.Skipped, "no model of the provider is configured or listed that generates text", "name one in /models");
            return;
        }

        if (await TryAsync(Check, ending => AskAsync(model, ending), cancellation, $"{model}: ").ConfigureAwait(false) is { Usage: var usage })
            Add(Check, FindingState.Good, string.Create(CultureInfo.InvariantCulture, $"{model} has answered; {usage.InputTotal} tokens in, {usage.OutputTotal} out{CostOf(model, usage)}"));
    }

    /// <summary>Asks for a few tokens as a client would.</summary>
    /// <exception cref="GatewayException">The provider refused, or its answer failed.</exception>
    private async Task<ChatAnswer> AskAsync(string name, CancellationToken ending)
    {
        var model = provider.ModelOf(new Target(settings.Name, name));
        var request = new ChatRequest { Model = name, Turns = [Turn.Of(Role.User, "Say ok.")], Sampling = new Sampling { MaxOutputTokens = MostTokens } };
        var dialect = provider.Api.For(request, model);
        using var response = await SendAsync(dialect.Write(request, model, new LossReport()), ending).ConfigureAwait(false);
        var body = await response.ReadBodyAsync(LargestAnswer, provider.Credentials, ending).ConfigureAwait(false);
        var collector = new AnswerCollector();
        dialect.OpenAnswer(request, model).ReadBody(body.Span, collector);
        return collector.Error is { } error ? throw new GatewayException(error) : collector.Answer;
    }

    /// <summary>Some models call the limit of tokens by another name, which only their refusal tells.</summary>
    private async Task<HttpResponseMessage> SendAsync(UpstreamCall call, CancellationToken ending)
    {
        try
        {
            return await provider.SendAsync(call, ending).ConfigureAwait(false);
        }
        catch (GatewayException refusal) when (provider.Api.Amend(call, refusal.Error) is { } amended)
        {
            return await provider.SendAsync(amended, ending).ConfigureAwait(false);
        }
    }

    /// <summary>The cheapest model that generates text: of the configured ones, else of those that are known, else of all that are listed.</summary>
    private string? Cheapest(IReadOnlyList<ListedModel> listed)
    {
        var candidates = Targets().Select(name => (Name: name, Rank: 0, Listed: (ListedModel?)null))
            .Concat(listed.Select(model => (Name: model.Id, Rank: BuiltInModels.Find(model.Id) is null ? 2 : 1, Listed: (ListedModel?)model)))
            .Where(each => ModelMetadata.Of(each.Name, null, each.Listed).Capabilities.Has(ModelCapabilities.Completion))
            .ToList();
        return candidates.OrderBy(each => each.Rank).ThenBy(each => PriceOf(each.Name) ?? long.MaxValue).Select(each => each.Name).FirstOrDefault();
    }

    /// <summary>The provider's models that are published.</summary>
    private IEnumerable<string> Targets() => snapshot.Configuration.Models.SelectMany(model => model.Targets).Where(target => target.Provider == settings.Name).Select(target => target.Model).Distinct();

    private long? PriceOf(string model) =>
        snapshot.Prices.Find(settings, model, model, ServiceTier.Standard, ServingRegion.Global, Today)?.UpperBound(MostTokens, MostTokens);

    private string CostOf(string model, Usage usage) =>
        snapshot.Prices.CostOf(settings, model, model, usage, Today) is { } cost ? string.Create(CultureInfo.InvariantCulture, $", {Picodollars.ToDollars(cost)} US dollars") : "";

    private DateOnly Today => DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);

    /// <summary>Null after a failure, which is then a finding.</summary>
    private async Task<T?> TryAsync<T>(string check, Func<CancellationToken, Task<T>> step, CancellationToken cancellation, string of = "")
        where T : class
    {
        try
        {
            return await Patience.RunAsync(options.Patience, step, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException error)
        {
            Add(check, FindingState.Failed, of + error.Message, "the server is reached but slow: look at the provider's status page, or at the load of your own server");
        }
        catch (GatewayException error)
        {
            // An error of the provider may have several lines.
            Add(check, FindingState.Failed, of + Printable.Line(error.Message), AdviceFor(error.Error));
        }

        return null;
    }

    private string AdviceFor(GatewayError error) => error.Kind switch
    {
        ErrorKind.UpstreamRefusedKey when error.Code == "upstream_auth_failed" => "see what was found about the identity",
        ErrorKind.UpstreamRefusedKey => settings.ApiKey is null ? $"give the provider a key in {Pointer("apiKey")}" : $"check {Pointer("apiKey")}: the key may be revoked, expired, or one of another provider or region",
        ErrorKind.NotFound or ErrorKind.MethodNotAllowed => $"check {Pointer("baseUrl")}, which is {provider.Address}: most end in /v1",
        ErrorKind.ModelNotFound => $"check the model's name, and {Pointer("baseUrl")}, which is {provider.Address}: most end in /v1",
        ErrorKind.Forbidden => "check what the key's owner may use at the provider: models, regions, networks",
        ErrorKind.RateLimited => "wait, or ask the provider for a higher limit",
        ErrorKind.QuotaExceeded => "check the provider's account: its credit may be used up",
        ErrorKind.InvalidRequest => $"check that the server has the API of the dialect {settings.Dialect}",
        ErrorKind.UpstreamFailed => $"check {Pointer("baseUrl")}, which is {provider.Address}, and the provider's status page",
        _ => "look at the provider's status page, or at the log of your own server",
    };

    private string Pointer(string member) => $"/providers/{settings.Name}/{member}";

    private void Add(string check, FindingState state, string found, string? advice = null) => findings.Add(new(subject, check, state, found, advice));
}
