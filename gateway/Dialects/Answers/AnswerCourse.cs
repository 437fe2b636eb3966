using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.Answers;

/// <summary>
/// The course of one answer from its start to its end. A reader raises every event through it, and an event that would break a
/// promise of <see cref="IAnswerEvents"/> is dropped, whatever the provider sends. Only the text inside a delta is not checked:
/// <see cref="SurrogateCarry"/> keeps that promise.
/// </summary>
/// <remarks>Most events of a stream are text, reasoning or arguments, so these three are inlined and cost a comparison.</remarks>
/// <param name="callIdPrefix">The prefix of generated ids, for calls without an id.</param>
internal sealed class AnswerCourse(string callIdPrefix = "call_")
{
    /// <summary>The most choices of one answer: a provider may send any number as an index.</summary>
    public const int MostChoices = 128;

    private const int MadeUpIdDigits = 24;

    /// <summary>The slot of a call that was not raised; its other events are dropped too.</summary>
    private const int NoSlot = -1;

    /// <summary>No choice or no slot.</summary>
    private const long None = long.MinValue;

    private readonly List<Choice> choices = [];
    private IAnswerEvents? receiver;

    /// <summary>The open choice and the open call of the last event, because the next event probably belongs to them too.</summary>
    private (long Choice, long Slot) current = (None, None);

    public bool HasStarted { get; private set; }

    /// <summary>Whether End or Fail was raised, after which nothing else is.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Sets the receiver of the events; call it before any event.</summary>
    public void RaiseTo(IAnswerEvents events)
    {
        if (!ReferenceEquals(receiver, events))
            receiver = events;
    }

    /// <summary>Starts the answer. Any other event starts it too, and only the first start counts.</summary>
    /// <param name="upstreamId">The provider's id of the answer; null when it gave none.</param>
    public void Start(string? upstreamId = null)
    {
        if (HasStarted)
            return;
        HasStarted = true;
        receiver!.Start(upstreamId);
    }

    /// <summary>Starts the answer if the object has its id. The id may be its last member, or may be missing.</summary>
    /// <param name="reader">A reader at the start of the object.</param>
    /// <param name="idMember">The member with the id.</param>
    public void StartIfNamed(in Utf8JsonReader reader, ReadOnlySpan<byte> idMember)
    {
        if (HasStarted)
            return;
        var ahead = reader;
        while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
        {
            var isId = ahead.ValueSpan.SequenceEqual(idMember);
            ahead.Read();
            if (isId && ahead.TokenType == JsonTokenType.String && !ahead.ValueSpan.IsEmpty)
            {
                Start(JsonText.ReadString(ahead.ValueSpan));
                return;
            }

            ahead.Skip();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Text(int choice, ReadOnlySpan<byte> escaped)
    {
        if (!escaped.IsEmpty && IsOpen(choice))
            receiver!.Text(choice, escaped);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Reasoning(int choice, ReadOnlySpan<byte> escaped)
    {
        if (!escaped.IsEmpty && IsOpen(choice))
            receiver!.Reasoning(choice, escaped);
    }

    public void Refusal(int choice, ReadOnlySpan<byte> escaped)
    {
        if (!escaped.IsEmpty && IsOpen(choice))
            receiver!.Refusal(choice, escaped);
    }

    /// <summary>Starts the next call of a choice and returns its slot. Without a name the answer fails.</summary>
    /// <param name="choice">The choice, counted from 0.</param>
    /// <param name="id">The provider's id; a new one is generated when it is missing or when another call of the choice has it.</param>
    /// <param name="name">The name of the tool.</param>
    public int ToolStart(int choice, string? id, string name)
    {
        if (name.Length == 0)
            FailCallWithoutName();
        if (!IsOpen(choice))
            return NoSlot;
        var slot = choices[choice].OpenCall(ref id, callIdPrefix);
        receiver!.ToolStart(choice, slot, id, name);
        return slot;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped)
    {
        if (!escaped.IsEmpty && IsOpen(choice) && HasOpenCall(choice, slot))
            receiver!.ToolArguments(choice, slot, escaped);
    }

    public void ToolEnd(int choice, int slot)
    {
        if (!IsOpen(choice) || !HasOpenCall(choice, slot))
            return;
        choices[choice].CloseCall(slot);
        current.Slot = None;
        receiver!.ToolEnd(choice, slot);
    }

    /// <summary>The number of calls that the choice has started.</summary>
    public int CallsOf(int choice) => choice < choices.Count ? choices[choice].Calls : 0;

    public void Logprobs(int choice, ReadOnlySpan<byte> entries)
    {
        if (!entries.IsEmpty && IsOpen(choice))
            receiver!.Logprobs(choice, entries);
    }

    public void Usage(in Usage usage)
    {
        if (HasEnded)
            return;
        Start();
        receiver!.Usage(usage);
    }

    public void State(int choice, int? slot, OpaqueState state)
    {
        if (state.Value.Length > 0 && IsOpen(choice) && (slot is not { } call || HasOpenCall(choice, call)))
            receiver!.State(choice, slot, state);
    }

    public void Media(int choice, string mediaType, ReadOnlySpan<byte> base64)
    {
        if (!base64.IsEmpty && IsOpen(choice))
            receiver!.Media(choice, mediaType, base64);
    }

    /// <summary>Stops the choice; calls that are still open end first.</summary>
    public void Stop(int choice, StopReason reason, string? stopSequence = null)
    {
        if (!IsOpen(choice))
            return;
        for (var slot = 0; slot < choices[choice].Calls; slot++)
            ToolEnd(choice, slot);
        choices[choice].IsOpen = false;
        current = (None, None);
        receiver!.Stop(choice, reason, stopSequence);
    }

    /// <summary>Ends the answer; it fails as truncated when one of its choices has not stopped.</summary>
    public void End()
    {
        if (HasEnded)
            return;
        if (choices.Count == 0 || choices.Exists(choice => choice.IsOpen))
        {
            FailTruncated();
            return;
        }

        HasEnded = true;
        receiver!.End();
    }

    public void Fail(GatewayError error)
    {
        if (HasEnded)
            return;
        Start();
        HasEnded = true;
        current = (None, None);
        receiver!.Fail(error);
    }

    /// <summary>Fails the answer because it ended before it was complete.</summary>
    public void FailTruncated() =>
        Fail(new GatewayError(ErrorKind.UpstreamFailed, ProviderText.Truncated) { Code = "upstream_stream_truncated" });

    public void FailCallWithoutName() => Fail(new GatewayError(ErrorKind.UpstreamFailed, ProviderText.CallWithoutName));

    /// <summary>Fails the answer because a stream event is not valid JSON.</summary>
    public void FailEventNotJson() => Fail(new GatewayError(ErrorKind.UpstreamFailed, ProviderText.EventNotJson));

    /// <summary>Fails the answer because its body is not valid JSON.</summary>
    public void FailBodyNotJson() => Fail(new GatewayError(ErrorKind.UpstreamFailed, ProviderText.BodyNotJson));

    /// <summary>Whether the choice may have events; it begins with its first one.</summary>
    private bool IsOpen(int choice) => choice == current.Choice || Open(choice);

    private bool Open(int choice)
    {
        if (HasEnded || choice is < 0 or >= MostChoices)
            return false;
        Start();
        // Choices are numbered from 0, so those before it belong to the answer too.
        while (choices.Count <= choice)
            choices.Add(new Choice());
        if (!choices[choice].IsOpen)
            return false;
        current = (choice, None);
        return true;
    }

    /// <param name="choice">The choice, which must be open.</param>
    /// <param name="slot">The slot of the call.</param>
    private bool HasOpenCall(int choice, int slot)
    {
        if (slot == current.Slot)
            return true;
        if (!choices[choice].HasOpenCall(slot))
            return false;
        current.Slot = slot;
        return true;
    }

    private sealed class Choice
    {
        /// <summary>Whether each call is open, and the ids of all calls; null while there is none.</summary>
        private List<bool>? openCalls;
        private HashSet<string>? callIds;

        public bool IsOpen { get; set; } = true;

        public int Calls => openCalls?.Count ?? 0;

        public bool HasOpenCall(int slot) => (uint)slot < (uint)Calls && openCalls![slot];

        public int OpenCall([NotNull] ref string? id, string madeUpPrefix)
        {
            openCalls ??= [];
            callIds ??= [];
            if (string.IsNullOrEmpty(id) || !callIds.Add(id))
                callIds.Add(id = madeUpPrefix + RandomNumberGenerator.GetHexString(MadeUpIdDigits, lowercase: true));
            openCalls.Add(true);
            return openCalls.Count - 1;
        }

        public void CloseCall(int slot) => openCalls![slot] = false;
    }
}
