using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Answers;
using Dragoman.Pipeline.Downloads;
using Dragoman.Pipeline.State;
using Dragoman.Providers;
using Dragoman.Schemas;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>Step 6: one request as one target gets it.</summary>
/// <param name="Request">What was fitted to the target.</param>
/// <param name="Call">What is sent.</param>
/// <param name="PassesThrough">The client's own request; its answer may pass through as well.</param>
/// <param name="Losses">What could not be carried over.</param>
/// <param name="OpenAnswer">Opens a reader that undoes what was done to the request.</param>
internal sealed record TargetCall(ChatRequest Request, UpstreamCall Call, bool PassesThrough, LossReport Losses, Func<IAnswerReader> OpenAnswer)
{
    /// <summary>Fits a request to a provider: by passing it through, else by all that providers need alike and then its dialect.</summary>
    /// <exception cref="GatewayException">The provider lacks something whose loss would change the contract.</exception>
    public static async Task<TargetCall> WriteAsync(Exchange exchange, Provider provider, UpstreamModel model, ChatRequest request, CancellationToken cancellation)
    {
        var losses = new LossReport { Work = exchange.Work };
        // A wait for a model list, a refusal or another target comes back on the socket thread.
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        SocketThread.AssertMayProcess(exchange.Body.Length);
        var dialect = provider.Api.For(request, model);
        var traits = dialect.TraitsOf(model);
        var isGuarded = await GuardsLinksAsync(exchange, provider, request, cancellation).ConfigureAwait(false);
        if (isGuarded)
            request = WithoutLinksToPass(request);
        if (await TryPassThroughAsync(exchange, provider, dialect, model, request, cancellation).ConfigureAwait(false) is { } passed)
            return new TargetCall(request, passed, PassesThrough: true, new LossReport(), () => dialect.OpenAnswer(request, model));

        RefuseFamilyMembers(request);
        if (request.Completion is { FurtherPrompts.Count: > 0 } && !traits.TakesPromptLists)
            throw GatewayException.Invalid("prompt", $"prompt must be one text: this model's provider ({dialect.Name}) does not continue several in one request");
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        SocketThread.AssertMayProcess(exchange.Body.Length);
        using (exchange.Work.Begin())
        {
            RefuseUnusableSchemas(request, exchange.Work);
            foreach (var hint in request.FamilyHints)
                losses.Dropped(hint);
            if (request.ToolChoice?.Allowed is { } allowed && ToolDefinition.NamesOf(request.Tools) is var names && !names.IsSubsetOf(allowed))
                losses.Emulated("tool_choice");
        }

        var memory = traits.GivesState ? exchange.ConversationOf(request) : null;
        var (fitted, renamed, size) = await FitAsync(exchange, traits, request, memory, isGuarded, cancellation).ConfigureAwait(false);
        UpstreamCall call;
        await SocketThread.LeaveForAsync(size);
        SocketThread.AssertMayProcess(size);
        using (exchange.Work.Begin())
            call = dialect.Write(fitted, model, losses);
        return new TargetCall(fitted, call, PassesThrough: false, losses, OpenAnswer);

        IAnswerReader OpenAnswer()
        {
            var reader = dialect.OpenAnswer(fitted, model);
            if (call.LocalStop.Count > 0)
                reader = new LocallyStoppedReader(reader, call.LocalStop, fitted.ExpectedChoices);
            if (call.AnswerSchema is { } schema)
            {
                var judge = AnswerSchema.Parse(schema, exchange.Work, fitted.Format?.Parsed);
                reader = new FilteredAnswerReader(reader, events => new SchemaCheckedAnswer(events, judge, exchange.Work));
            }

            if (renamed is not null)
                reader = new FilteredAnswerReader(reader, renamed.Restoring);
            if (memory is not null)
                reader = new FilteredAnswerReader(reader, memory.Remembering);
            return reader;
        }
    }

    /// <summary>The call that counts a request's input tokens at a provider; null when the provider does not count.</summary>
    /// <exception cref="GatewayException">The provider lacks something that the request needs.</exception>
    public static async Task<UpstreamCall?> WriteTokenCountAsync(Exchange exchange, Provider provider, UpstreamModel model, ChatRequest request, CancellationToken cancellation)
    {
        // Nothing is fetched for a provider that does not count at all.
        if (provider.Api.TokenCounts is not { } dialect)
            return null;
        var traits = dialect.TraitsOf(model);
        var losses = new LossReport { Work = exchange.Work };
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        SocketThread.AssertMayProcess(exchange.Body.Length);
        // A provider of the client's family counts the client's own words, others count what they would be sent.
        var isGuarded = await GuardsLinksAsync(exchange, provider, request, cancellation).ConfigureAwait(false);
        if (isGuarded)
            request = WithoutLinksToPass(request);
        if (await TryPassThroughAsync(exchange, provider, dialect, model, request, cancellation).ConfigureAwait(false) is not null)
        {
            await SocketThread.LeaveForAsync(exchange.Body.Length);
            SocketThread.AssertMayProcess(exchange.Body.Length);
            return dialect.WriteTokenCount(request, model, losses);
        }

        RefuseFamilyMembers(request);
        var memory = traits.GivesState ? exchange.ConversationOf(request) : null;
        var (fitted, _, size) = await FitAsync(exchange, traits, request, memory, isGuarded, cancellation).ConfigureAwait(false);
        await SocketThread.LeaveForAsync(size);
        SocketThread.AssertMayProcess(size);
        using (exchange.Work.Begin())
            return dialect.WriteTokenCount(fitted, model, losses);
    }

    /// <summary>Whether the provider must not be given the request's links, because it stands where they could lead a client inside.</summary>
    private static async ValueTask<bool> GuardsLinksAsync(Exchange exchange, Provider provider, ChatRequest request, CancellationToken cancellation) =>
        MediaDownloads.HoldsLinks(request) && await exchange.Snapshot.Downloads.IsInsideAsync(provider.Address, cancellation).ConfigureAwait(false);

    /// <summary>What is written anew has what was linked in it. A request that only its own family reads is checked as it stands instead.</summary>
    private static ChatRequest WithoutLinksToPass(ChatRequest request) => request.FamilyMembers.Count > 0 ? request : request with { Source = null };

    /// <exception cref="GatewayException">The request would pass, but holds a link that may not.</exception>
    private static async ValueTask<UpstreamCall?> TryPassThroughAsync(
        Exchange exchange, Provider provider, IOutboundDialect dialect, UpstreamModel model, ChatRequest request, CancellationToken cancellation)
    {
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        SocketThread.AssertMayProcess(exchange.Body.Length);
        UpstreamCall? passed;
        using (exchange.Work.Begin())
            passed = dialect.TryPassThrough(request, model);
        if (passed is null)
            return null;
        var downloads = exchange.Snapshot.Downloads;
        var isInside = downloads.KnownInside(provider.Address);
        if (isInside != false && request.Source is { } source && LinkScan.MayHoldLinks(source.Json.Span) && (isInside ?? await downloads.IsInsideAsync(provider.Address, cancellation).ConfigureAwait(false)))
        {
            await SocketThread.LeaveForAsync(exchange.Body.Length);
            SocketThread.AssertMayProcess(exchange.Body.Length);
            await downloads.RefuseInnerLinksAsync(source.Json, cancellation).ConfigureAwait(false);
        }

        return passed;
    }

    private static void RefuseFamilyMembers(ChatRequest request)
    {
        if (request.FamilyMembers is [var member, ..])
            throw new GatewayException(GatewayError.Invalid(member.Field, member.Message) with { Code = member.Code });
    }

    private static async Task<(ChatRequest Request, ToolNames? Names, long Size)> FitAsync(
        Exchange exchange, OutboundTraits traits, ChatRequest request, ReasoningMemory.Conversation? memory, bool isGuarded, CancellationToken cancellation)
    {
        var fitted = WithAllowedTools(request);
        if (memory is not null)
            fitted = memory.Restore(fitted);
        var inlined = await exchange.Snapshot.Downloads.InlineAsync(fitted, part => !isGuarded && traits.FetchesLink(part), cancellation, exchange.Memory.Grow).ConfigureAwait(false);
        // What was fetched is larger than the request.
        var size = ReferenceEquals(inlined, fitted) ? exchange.Body.Length : long.MaxValue;
        fitted = inlined;
        await SocketThread.LeaveForAsync(size);
        SocketThread.AssertMayProcess(size);
        var (adapted, names) = ToolNames.Adapt(fitted, traits.ToolNames) is { } renamed ? renamed : (fitted, null);
        return (adapted, names, size);
    }

    /// <summary>What no provider can use is refused here, by its place in the client's request.</summary>
    private static void RefuseUnusableSchemas(ChatRequest request, WorkLimit work)
    {
        if (request.Format is { Schema: { } wanted } format)
            SchemaCheck.RefuseUnusable(wanted, format.Field, work, format.Parsed);
        foreach (var tool in request.Tools)
        {
            if (tool is { FreeText: null, Parameters: { } parameters })
                SchemaCheck.RefuseUnusable(parameters, tool.Field, work, tool.Parsed);
        }
    }

    /// <summary>Only OpenAI knows tools that are told but not allowed; for the others the list is shortened (specs/dialects.md 2.3).</summary>
    private static ChatRequest WithAllowedTools(ChatRequest request)
    {
        if (request.ToolChoice is not { Allowed: { } names } choice)
            return request;
        var allowed = names.ToHashSet(StringComparer.Ordinal);
        return request with
        {
            Tools = [.. request.Tools.Where(tool => allowed.Contains(tool.Name))],
            ToolChoice = choice with { Allowed = null },
        };
    }
}
