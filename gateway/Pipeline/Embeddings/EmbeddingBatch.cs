using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Locales;
using Dragoman.Pipeline.Memory;
using Dragoman.Providers;
using Dragoman.Wire;

namespace Dragoman.Pipeline.Embeddings;

/// <summary>
/// Sends all texts of one embedding request to one target: in as many calls as the provider's limits require, several at a
/// time, and returns the vectors in the order of the texts (specs/dialects.md 4.1). A part that the provider rejects only
/// for its size is split or cut and sent again.
/// </summary>
/// <param name="exchange">The exchange that makes the request.</param>
/// <param name="target">The target that embeds.</param>
/// <param name="request">The request with all texts.</param>
/// <param name="contextLength">The model's assumed context length, in tokens.</param>
internal sealed class EmbeddingBatch(Exchange exchange, Target target, EmbeddingRequest request, int contextLength)
{
    private const int MostCallsAtOnce = 4;

    /// <summary>The most cuts of one text. Each removes a larger share than the one before; after the last, about 1/400 is left.</summary>
    internal const int MostCuts = 6;

    private const double KeptByFirstCut = 0.75;

    /// <summary>The memory of a vector until its answer is sent: the vector itself, and about three times its size as text.</summary>
    private const int TimesVectors = 4;

    private readonly Provider provider = exchange.Snapshot.ProviderOf(target);
    private readonly string[] texts = [.. request.Inputs];
    private readonly float[][] vectors = new float[request.Inputs.Count][];
    private readonly LossReport losses = new();
    private readonly Lock shared = new();
    private readonly GrowingRoom kept = new(exchange);
    private Usage usage = Usage.Absent;
    private volatile bool refusesDimensions;

    /// <summary>The usage of all calls that have succeeded so far.</summary>
    public Usage Usage
    {
        get
        {
            lock (shared)
                return usage;
        }
    }

    /// <summary>The parts of the request that no call could carry over.</summary>
    public LossReport Losses
    {
        get
        {
            lock (shared)
                return losses;
        }
    }

    /// <summary>The dimensions to ask for; null when the client named none, or the provider rejected them.</summary>
    private int? AskedDimensions => refusesDimensions ? null : request.Dimensions;

    private IEmbeds Dialect => DialectOf(provider, request);

    /// <summary>Embeds all texts.</summary>
    /// <exception cref="GatewayException">One of the calls failed; the others have been canceled.</exception>
    public async Task<EmbeddingAnswer> RunAsync()
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = MostCallsAtOnce, CancellationToken = exchange.Http.RequestAborted };
        if (texts.Length > 0)
            await Parallel.ForEachAsync(Split(texts, Dialect.EmbeddingLimits), options, EmbedAsync).ConfigureAwait(false);
        if (losses.Items.Count > 0)
            exchange.Http.Response.Headers[LossReport.Header] = losses.ToString();
        return new EmbeddingAnswer(vectors, Usage);
    }

    /// <summary>Splits the texts into as few parts as the limits allow; a text that exceeds a limit by itself becomes a part by itself.</summary>
    internal static IEnumerable<Part> Split(IReadOnlyList<string> texts, EmbeddingLimits limits)
    {
        var start = 0;
        var tokens = 0;
        for (var index = 0; index < texts.Count; index++)
        {
            var own = TokenEstimate.AtMost(texts[index]);
            if (index > start && (index - start == limits.MostInputs || tokens > limits.MostTokens - own))
            {
                yield return new Part(start, index - start);
                start = index;
                tokens = 0;
            }

            tokens += own;
        }

        if (start < texts.Count)
            yield return new Part(start, texts.Count - start);
    }

    /// <exception cref="GatewayException">The provider has no embeddings.</exception>
    internal static IEmbeds DialectOf(Provider provider, EmbeddingRequest request) => provider.Api.Embeddings
        ?? throw GatewayException.Invalid("model", TargetText.NoEmbeddings(request.Model, provider.Api.Name));

    /// <exception cref="GatewayException">The provider does not support what the request asks for.</exception>
    internal static UpstreamCall Write(IEmbeds dialect, EmbeddingRequest request, UpstreamModel model, LossReport losses)
    {
        foreach (var field in request.Unread)
            losses.Dropped(field);
        return dialect.WriteEmbeddings(request, model, losses);
    }

    /// <summary>Embeds one part, in smaller parts if the provider rejects it as too large.</summary>
    private async ValueTask EmbedAsync(Part whole, CancellationToken cancellation) =>
        await SecondTries.RunAsync(exchange, SecondTry.OfEmbeddingPart, new EasedPart(this, whole, cancellation)).ConfigureAwait(false);

    /// <summary>Pushes what is sent instead of a rejected part onto <paramref name="waiting"/>; false when nothing can help.</summary>
    /// <exception cref="GatewayException">A text is too long, and the client does not want it cut.</exception>
    private async ValueTask<bool> TryEaseAsync(Part part, bool sentDimensions, GatewayError error, Stack<Part> waiting)
    {
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        switch (EmbeddingRefusals.Classify(error))
        {
            case EmbeddingRefusal.Dimensions when sentDimensions && request.TakesCutVectors:
                refusesDimensions = true;
                waiting.Push(part);
                return true;
            case EmbeddingRefusal.TooManyTogether when part.Count > 1:
                part.PushHalves(waiting);
                return true;
            case EmbeddingRefusal.TooManyTogether or EmbeddingRefusal.TextTooLong when request.TooLongText == TooLongText.Refused:
                throw new GatewayException(new GatewayError(ErrorKind.ContextTooLong, FixedText.InputTooLong) { Field = "input" });
            case EmbeddingRefusal.TooManyTogether or EmbeddingRefusal.TextTooLong when request.TooLongText == TooLongText.Cut:
                return TryCut(part, waiting);
            default:
                return false;
        }
    }

    /// <summary>
    /// Cuts the texts that are certainly too long. If there are none, halves the part to find the text at fault, so that no other
    /// text is cut.
    /// </summary>
    private bool TryCut(Part part, Stack<Part> waiting)
    {
        if (part.Count > 1)
        {
            if (CutToContextLength(part))
                waiting.Push(part);
            else
                part.PushHalves(waiting);
            return true;
        }

        if (part.Cuts == MostCuts)
            return false;
        if (part.Cuts > 0 || !CutToContextLength(part))
        {
            var bytes = System.Text.Encoding.UTF8.GetByteCount(texts[part.Start]);
            texts[part.Start] = TokenEstimate.Beginning(texts[part.Start], (int)(bytes * Math.Pow(KeptByFirstCut, part.Cuts + 1)));
        }

        waiting.Push(part with { Cuts = part.Cuts + 1 });
        return true;
    }

    /// <summary>Cuts each text of the part that is longer than the context length; false when there is none.</summary>
    private bool CutToContextLength(Part part)
    {
        var hasCut = false;
        for (var index = part.Start; index < part.Start + part.Count; index++)
        {
            if (TokenEstimate.Of(texts[index]) <= contextLength)
                continue;
            texts[index] = TokenEstimate.Beginning(texts[index], contextLength * TokenEstimate.BytesPerToken);
            hasCut = true;
        }

        return hasCut;
    }

    private async Task SendAsync(Part part, int? dimensions, CancellationToken cancellation)
    {
        // Step 6: write.
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        SocketThread.AssertMayProcess(exchange.Body.Length);
        var inputs = new ArraySegment<string>(texts, part.Start, part.Count);
        var lost = new LossReport();
        if (dimensions != request.Dimensions)
            lost.Emulated("dimensions");
        var call = Write(Dialect, request with { Inputs = inputs, Dimensions = dimensions }, provider.ModelOf(target), lost);

        // Step 7: send.
        var answer = await CallAsync(call, cancellation).ConfigureAwait(false);

        // Step 8: translate.
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        if (answer.Vectors.Count != part.Count)
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, ProviderText.WrongNumberOfVectors(answer.Vectors.Count, part.Count)));
        for (var index = 0; index < part.Count; index++)
            vectors[part.Start + index] = answer.Vectors[index];
        var used = answer.Usage.Origin == UsageOrigin.Reported
            ? answer.Usage
            : new Usage(inputs.Sum(TokenEstimate.Of), 0, Origin: UsageOrigin.Estimated);
        lock (shared)
        {
            // Vectors stay in memory until the last one has arrived.
            kept.Add(TimesVectors * answer.Bytes);
            usage = usage.Plus(used);
            losses.Add(lost);
        }
    }

    private async Task<EmbeddingAnswer> CallAsync(UpstreamCall call, CancellationToken cancellation)
    {
        using var clock = new UpstreamClock(provider.Settings.Timeouts.EndingWithClient(), exchange.Clock, cancellation, exchange.Ending);
        var counted = 0L;
        try
        {
            return await new Step7Send(exchange, provider, call, clock).ReadWholeAsync(Dialect.ReadEmbeddings, MakeRoom).ConfigureAwait(false);
        }
        finally
        {
            // The answer's text is no longer needed.
            if (counted > 0)
                exchange.Memory.Shrink(counted);
        }

        void MakeRoom(long bytes)
        {
            exchange.Memory.Grow(bytes);
            counted += bytes;
        }
    }

    /// <summary>Some texts, sent in smaller parts where the provider refuses them together.</summary>
    private sealed class EasedPart(EmbeddingBatch batch, Part whole, CancellationToken cancellation) : ITried
    {
        private readonly Stack<Part> waiting = new([whole]);
        private Part part;
        private int? dimensions;

        public bool HasBegun => false;

        public async Task TryAsync()
        {
            while (waiting.TryPop(out part))
            {
                dimensions = batch.AskedDimensions;
                await batch.SendAsync(part, dimensions, cancellation).ConfigureAwait(false);
            }
        }

        public ValueTask<bool> TryCureAsync(SecondTry row, GatewayError failure) => batch.TryEaseAsync(part, dimensions is not null, failure, waiting);
    }

    /// <summary>Consecutive texts that are sent in one call.</summary>
    /// <param name="Start">The index of the first text.</param>
    /// <param name="Count">The number of texts.</param>
    /// <param name="Cuts">How often the text has been cut; only for a part with one text.</param>
    internal readonly record struct Part(int Start, int Count, int Cuts = 0)
    {
        public void PushHalves(Stack<Part> waiting)
        {
            var first = Count / 2;
            waiting.Push(new Part(Start + first, Count - first));
            waiting.Push(new Part(Start, first));
        }
    }
}
