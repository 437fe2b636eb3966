using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Answers;
using Dragoman.Locales;
using Dragoman.Pipeline.Downloads;
using Dragoman.Pipeline.State;
using Dragoman.Providers;
using Dragoman.Schemas;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>Step 6: passes a request through, or applies the changes that all providers need and lets the provider's dialect write it.</summary>
internal static class Step6Write
{
    /// <summary>Writes a request to a provider.</summary>
    /// <exception cref="GatewayException">The provider lacks something whose loss would change the contract.</exception>
    public static async Task<TargetCall> RunAsync(Exchange exchange, Provider provider, UpstreamModel model, ChatRequest request)
    {
        // After a wait for a model list, a refusal or another target, this code runs on the socket thread.
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        SocketThread.AssertMayProcess(exchange.Body.Length);
        if (exchange.OutputLimit is { } limit && request.Sampling.MaxOutputTokens is null)
            request = request.LimitedTo(limit);
        var dialect = provider.Api.For(request, model);
        var traits = dialect.TraitsOf(model);
        var links = await FindLinksAsync(exchange, provider, request).ConfigureAwait(false);
        request = links.Guard(request);
        if (await TryPassThroughAsync(exchange, provider, dialect, model, request).ConfigureAwait(false) is { } passed)
            return new TargetCall(provider, passed, PassesThrough: true, new LossReport(), () => dialect.OpenAnswer(request, model));

        RefuseFamilyMembers(request);
        if (request.Completion is { FurtherPrompts.Count: > 0 } && !traits.TakesPromptLists)
            throw GatewayException.Invalid("prompt", TargetText.OnePrompt(dialect.Name));
        var losses = new LossReport { Work = exchange.Work };
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        SocketThread.AssertMayProcess(exchange.Body.Length);
        using (exchange.Work.Begin())
        {
            RefuseUnusableSchemas(request, exchange.Work);
            ReportLosses(request, losses);
        }

        var fitted = await FitAsync(exchange, traits, request, links).ConfigureAwait(false);
        var call = await WriteAsync(exchange, fitted, () => dialect.Write(fitted.Request, model, losses)).ConfigureAwait(false);
        return new TargetCall(provider, call!, PassesThrough: false, losses, () => OpenAnswer(exchange.Work, dialect, model, fitted, call!));
    }

    /// <summary>Writes the call that counts a request's input tokens at a provider; null when the provider does not count.</summary>
    /// <exception cref="GatewayException">The provider lacks something that the request needs.</exception>
    public static async Task<UpstreamCall?> RunForCountAsync(Exchange exchange, Provider provider, UpstreamModel model, ChatRequest request)
    {
        // No link is fetched for a provider that does not count at all.
        if (provider.Api.TokenCounts is not { } dialect)
            return null;
        var losses = new LossReport { Work = exchange.Work };
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        SocketThread.AssertMayProcess(exchange.Body.Length);
        // A provider of the client's family counts the client's original request; others count the request that they would be sent.
        var links = await FindLinksAsync(exchange, provider, request).ConfigureAwait(false);
        request = links.Guard(request);
        if (await TryPassThroughAsync(exchange, provider, dialect, model, request).ConfigureAwait(false) is not null)
        {
            await SocketThread.LeaveForAsync(exchange.Body.Length);
            SocketThread.AssertMayProcess(exchange.Body.Length);
            return dialect.WriteTokenCount(request, model, losses);
        }

        RefuseFamilyMembers(request);
        var fitted = await FitAsync(exchange, dialect.TraitsOf(model), request, links).ConfigureAwait(false);
        return await WriteAsync(exchange, fitted, () => dialect.WriteTokenCount(fitted.Request, model, losses)).ConfigureAwait(false);
    }

    private static async Task<UpstreamCall?> WriteAsync(Exchange exchange, Fitted fitted, Func<UpstreamCall?> write)
    {
        await SocketThread.LeaveForAsync(fitted.Size);
        SocketThread.AssertMayProcess(fitted.Size);
        using (exchange.Work.Begin())
            return write();
    }

    /// <summary>Opens the answer's reader with its filters, in the order in which they undo the changes to the request.</summary>
    private static IAnswerReader OpenAnswer(WorkLimit work, IOutboundDialect dialect, UpstreamModel model, Fitted fitted, UpstreamCall call)
    {
        var reader = dialect.OpenAnswer(fitted.Request, model);
        if (call.LocalStop.Count > 0)
            reader = new LocallyStoppedReader(reader, call.LocalStop, fitted.Request.ExpectedChoices);
        if (call.AnswerSchema is { } schema)
        {
            var judge = AnswerSchema.Parse(schema, work, fitted.Request.Format?.Parsed);
            reader = new FilteredAnswerReader(reader, events => new SchemaCheckedAnswer(events, judge, work));
        }

        if (fitted.Names is { } names)
            reader = new FilteredAnswerReader(reader, names.Restoring);
        if (fitted.Memory is { } memory)
            reader = new FilteredAnswerReader(reader, memory.Remembering);
        return reader;
    }

    private static async ValueTask<Links> FindLinksAsync(Exchange exchange, Provider provider, ChatRequest request)
    {
        var links = MediaDownloads.LinksOf(request);
        return new Links(links, links.Count > 0 && await exchange.Snapshot.Downloads.IsInsideAsync(provider.Address, exchange.Http.RequestAborted).ConfigureAwait(false));
    }

    /// <exception cref="GatewayException">The request could pass through, but has a link that must not be sent to this provider.</exception>
    private static async ValueTask<UpstreamCall?> TryPassThroughAsync(
        Exchange exchange, Provider provider, IOutboundDialect dialect, UpstreamModel model, ChatRequest request)
    {
        var cancellation = exchange.Http.RequestAborted;
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
            throw new GatewayException(GatewayError.Invalid(member.Field, member.Text) with { Code = member.Code });
    }

    private static async Task<Fitted> FitAsync(Exchange exchange, OutboundTraits traits, ChatRequest request, Links links)
    {
        var fitted = WithAllowedTools(request);
        var memory = traits.GivesState ? exchange.ConversationOf(request) : null;
        if (memory is not null)
            fitted = memory.Restore(fitted);
        var inlined = await exchange.Snapshot.Downloads.InlineAsync(fitted, links.ToFetch(traits), exchange.Http.RequestAborted, exchange.Memory.Grow).ConfigureAwait(false);
        // The fetched media are larger than the request.
        var size = ReferenceEquals(inlined, fitted) ? exchange.Body.Length : long.MaxValue;
        fitted = inlined;
        await SocketThread.LeaveForAsync(size);
        SocketThread.AssertMayProcess(size);
        return ToolNames.Adapt(fitted, traits.ToolNames) is { } renamed ? new Fitted(renamed.Request, renamed.Names, memory, size) : new Fitted(fitted, null, memory, size);
    }

    private static void ReportLosses(ChatRequest request, LossReport losses)
    {
        foreach (var hint in request.FamilyHints)
            losses.Dropped(hint);
        if (request.ToolChoice?.Allowed is { } allowed && ToolDefinition.NamesOf(request.Tools) is var names && !names.IsSubsetOf(allowed))
            losses.Emulated("tool_choice");
    }

    /// <summary>Rejects schemas that no provider can use, with their place in the client's request.</summary>
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

    /// <summary>Only OpenAI distinguishes allowed tools from sent tools; for other providers the list is shortened (specs/dialects.md 2.3).</summary>
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

    /// <summary>A request with the changes that its provider needs.</summary>
    /// <param name="Request">The request to write.</param>
    /// <param name="Names">The changed names of its tools; null when none changed.</param>
    /// <param name="Memory">What is remembered of its conversation; null when nothing is, or when the provider needs nothing back.</param>
    /// <param name="Size">The approximate amount of work, in bytes.</param>
    private sealed record Fitted(ChatRequest Request, ToolNames? Names, ReasoningMemory.Conversation? Memory, long Size);

    /// <param name="Parts">The parts of the request that link to media.</param>
    /// <param name="AreGuarded">Whether they must not be sent to the provider, because it is in a network that clients must not reach.</param>
    private readonly record struct Links(IReadOnlyList<Part> Parts, bool AreGuarded)
    {
        /// <summary>
        /// Prevents a guarded request from passing through; writing it replaces the links by their media. A request that only its own
        /// family can read still passes through, and its links are checked instead.
        /// </summary>
        public ChatRequest Guard(ChatRequest request) => !AreGuarded || request.FamilyMembers.Count > 0 ? request : request with { Source = null };

        /// <summary>The parts whose links the provider does not or must not fetch itself.</summary>
        public IReadOnlyList<Part> ToFetch(OutboundTraits traits) =>
            AreGuarded || Parts.Count == 0 ? Parts : [.. Parts.Where(part => !traits.FetchesLink(part))];
    }
}
