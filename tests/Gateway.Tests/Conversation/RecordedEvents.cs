using System.Text;
using System.Text.RegularExpressions;
using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Conversation;

/// <summary>Records every event with all its content, in order. All ids that a reader made up are recorded as the same id.</summary>
internal sealed partial class RecordedEvents : IAnswerEvents
{
    private readonly List<string> all = [];

    public IReadOnlyList<string> All => all;

    [GeneratedRegex("^(call|toolu)_[0-9a-f]{24,32}$")]
    private static partial Regex MadeUp { get; }

    public void Start(string? upstreamId) => all.Add($"start {upstreamId}");

    public void Text(int choice, ReadOnlySpan<byte> escaped) => Add($"text {choice}", escaped);

    public void Reasoning(int choice, ReadOnlySpan<byte> escaped) => Add($"reasoning {choice}", escaped);

    public void Refusal(int choice, ReadOnlySpan<byte> escaped) => Add($"refusal {choice}", escaped);

    public void ToolStart(int choice, int slot, string id, string name) => all.Add($"tool {choice} {slot} {MadeUp.Replace(id, "made up")} {name}");

    public void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped) => Add($"arguments {choice} {slot}", escaped);

    public void ToolEnd(int choice, int slot) => all.Add($"tool end {choice} {slot}");

    public void Logprobs(int choice, ReadOnlySpan<byte> entries) => Add($"logprobs {choice}", entries);

    public void Usage(in Usage usage) => all.Add($"usage {usage}");

    public void State(int choice, int? slot, OpaqueState state) => all.Add($"state {choice} {slot} {state}");

    public void Media(int choice, string mediaType, ReadOnlySpan<byte> base64) => Add($"media {choice} {mediaType}", base64);

    public void Stop(int choice, StopReason reason, string? stopSequence = null) => all.Add($"stop {choice} {reason} {stopSequence}");

    public void End() => all.Add("end");

    public void Fail(GatewayError error) => all.Add($"fail {error.Kind} {error.Code} {error.Message}");

    private void Add(string name, ReadOnlySpan<byte> bytes) => all.Add($"{name} {Encoding.Latin1.GetString(bytes)}");
}
