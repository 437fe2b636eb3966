using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Wire;

namespace Dragoman.Providers;

/// <summary>
/// Asks under names of the operator's own, such as those of Azure's deployments, and goes by what is behind them: the
/// dialect is told the base model, only the call says the other name.
/// </summary>
/// <param name="dialect">Writes the calls.</param>
/// <param name="baseModels">From the operator's name to that of the model behind it; other names are models' own.</param>
internal sealed class BaseModelOutbound(IOutboundDialect dialect, IReadOnlyDictionary<string, string> baseModels) : IOutboundDialect
{
    public string Name => dialect.Name;

    public ToolNameRule ToolNames => dialect.ToolNames;

    public bool GivesState => dialect.GivesState;

    public string? ModelListPath => dialect.ModelListPath;

    public EmbeddingLimits EmbeddingLimits => dialect.EmbeddingLimits;

    public IOutboundDialect For(ChatRequest request, string upstreamModel) =>
        new BaseModelOutbound(dialect.For(request, BaseOf(upstreamModel)), baseModels);

    public UpstreamCall Write(ChatRequest request, string upstreamModel, LossReport losses) =>
        Renamed(dialect.Write(request, BaseOf(upstreamModel), losses), upstreamModel);

    public UpstreamCall? TryPassThrough(ChatRequest request, string upstreamModel) =>
        dialect.TryPassThrough(request, BaseOf(upstreamModel)) is { } call ? Renamed(call, upstreamModel) : null;

    public IAnswerReader OpenAnswer(ChatRequest request, string upstreamModel) => dialect.OpenAnswer(request, BaseOf(upstreamModel));

    public bool FetchesLink(Part part, string upstreamModel) => dialect.FetchesLink(part, BaseOf(upstreamModel));

    public bool TakesPromptLists(string upstreamModel) => dialect.TakesPromptLists(BaseOf(upstreamModel));

    public UpstreamCall? WriteTokenCount(ChatRequest request, string upstreamModel, LossReport losses) =>
        dialect.WriteTokenCount(request, BaseOf(upstreamModel), losses) is { } call ? Renamed(call, upstreamModel) : null;

    public long ReadTokenCount(ReadOnlyMemory<byte> body) => dialect.ReadTokenCount(body);

    /// <summary>What a dialect remembers of a refusal, it remembers of the base model.</summary>
    public UpstreamCall? Amend(UpstreamCall call, GatewayError refusal) => call.Model is { } name
        ? dialect.Amend(call with { Model = BaseOf(name) }, refusal) is { } amended ? amended with { Model = name } : null
        : dialect.Amend(call, refusal);

    public UpstreamCall WriteEmbeddings(EmbeddingRequest request, string upstreamModel, LossReport losses) =>
        Renamed(dialect.WriteEmbeddings(request, BaseOf(upstreamModel), losses), upstreamModel);

    public EmbeddingAnswer ReadEmbeddings(ReadOnlyMemory<byte> body) => dialect.ReadEmbeddings(body);

    public IReadOnlyList<ListedModel> ReadModels(ReadOnlyMemory<byte> body) => dialect.ReadModels(body);

    public GatewayError ReadError(int status, ReadOnlySpan<byte> body, TimeSpan? retryAfter) => dialect.ReadError(status, body, retryAfter);

    private string BaseOf(string name) => baseModels.GetValueOrDefault(name, name);

    private UpstreamCall Renamed(UpstreamCall call, string name)
    {
        if (!baseModels.ContainsKey(name))
            return call;
        var output = new ArrayBufferWriter<byte>(call.Body.Length + name.Length);
        JsonSplice.Replace(call.Body.Span, "model"u8, [(byte)'"', .. JsonText.Escape(name), (byte)'"'], output);
        return call with { Body = output.WrittenMemory, Model = name };
    }
}
