using System.Text;
using Dragoman.Conversation;
using Dragoman.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Matrix;

internal enum AnswerStep
{
    Text,
    Reasoning,
    Refusal,
    Call,
    Arguments,
    EndCall,
    State,
    CallState,
    Usage,
    Logprobs,
    Media,
}

/// <summary>Any possible answer of a provider as canonical events: parallel calls, with their pieces mixed with everything else.</summary>
internal sealed record AnswerScript(
    IReadOnlyList<(AnswerStep Step, int Number, string Words)> Steps, int Choices, StopReason Reason, bool ReportsUsage, bool CutsCalls)
{
    private static readonly string[] Arguments =
    [
        "{}", """{"a":1}""", """{ "b" : [ {"c":"}"} , null ] }""", """{"text":"\"quoted\" \\ \u0000 é 漢 👋"}""", "{\"n\":1e-7,\n\"m\":\"{\"}",
    ];

    private static readonly Gen<AnswerStep> Kinds = Gen.Frequency(
        (6, Gen.Constant(AnswerStep.Text)),
        (3, Gen.Constant(AnswerStep.Reasoning)),
        (1, Gen.Constant(AnswerStep.Refusal)),
        (3, Gen.Constant(AnswerStep.Call)),
        (5, Gen.Constant(AnswerStep.Arguments)),
        (2, Gen.Constant(AnswerStep.EndCall)),
        (1, Gen.Constant(AnswerStep.State)),
        (1, Gen.Constant(AnswerStep.CallState)),
        (1, Gen.Constant(AnswerStep.Usage)),
        (1, Gen.Constant(AnswerStep.Logprobs)));

    public static Gen<AnswerScript> Any { get; } = Of(Kinds);

    public static Gen<AnswerScript> WithMedia { get; } = Of(Gen.Frequency((5, Kinds), (1, Gen.Constant(AnswerStep.Media))));

    private static Gen<AnswerScript> Of(Gen<AnswerStep> kinds) =>
        from steps in (
            from kind in kinds
            from number in Gen.Choose(0, 1000)
            from words in Generated.WellFormedText
            select (kind, number, words.Length == 0 ? "x" : words)).ListOf()
        from choices in Gen.Elements(1, 1, 2)
        from reason in Gen.Elements(StopReason.Stop, StopReason.Stop, StopReason.StopSequence, StopReason.Length, StopReason.ContextWindow, StopReason.ContentFilter)
        from usage in Gen.Elements(true, true, false)
        from cuts in Gen.Elements(true, false)
        select new AnswerScript([.. steps], choices, reason, usage, cuts && reason.IsLimit());

    /// <summary>Raises the events, up to a number of steps.</summary>
    /// <param name="events">Receives the events.</param>
    /// <param name="inPieces">Whether every letter is a separate delta. Otherwise each step is one delta.</param>
    /// <param name="failure">A failure that ends the answer instead of its good end, or null.</param>
    /// <param name="steps">The number of steps to play. All by default.</param>
    public void Play(IAnswerEvents events, bool inPieces, GatewayError? failure = null, int steps = int.MaxValue)
    {
        var states = Enumerable.Range(0, Choices).Select(_ => new OpenAnswer()).ToArray();
        events.Start("up-1");
        foreach (var (step, number, words) in Steps.Take(steps))
            Play(events, step, number, words, number % Choices, states[number % Choices], inPieces);
        if (failure is not null)
        {
            events.Fail(failure);
            return;
        }

        if (ReportsUsage)
            events.Usage(new Usage(100, 50, 7, 3, 11));
        for (var choice = 0; choice < Choices; choice++)
        {
            foreach (var (slot, rest) in states[choice].Calls.ToArray())
            {
                if (rest.Length > 0 && !CutsCalls)
                    Pass(rest, inPieces, piece => events.ToolArguments(choice, slot, piece));
                events.ToolEnd(choice, slot);
            }

            var reason = Reason.IsNatural() && states[choice].Started > 0 ? StopReason.ToolCalls : Reason;
            events.Stop(choice, reason, reason == StopReason.StopSequence ? "END" : null);
        }

        events.End();
    }

    private static void Play(IAnswerEvents events, AnswerStep step, int number, string words, int choice, OpenAnswer state, bool inPieces)
    {
        switch (step)
        {
            case AnswerStep.Text:
                Pass(words, inPieces, piece => events.Text(choice, piece));
                break;
            case AnswerStep.Reasoning:
                Pass(words, inPieces, piece => events.Reasoning(choice, piece));
                break;
            case AnswerStep.Refusal:
                Pass(words, inPieces, piece => events.Refusal(choice, piece));
                break;
            case AnswerStep.Call:
                state.Calls[state.Started] = Arguments[number % Arguments.Length];
                events.ToolStart(choice, state.Started, $"call_{choice}_{state.Started}", number % 3 == 0 ? "get_weather" : "f");
                state.Started++;
                break;
            case AnswerStep.Arguments when state.AnyCall(number) is { } slot && state.Calls[slot].Length > 0:
                var rest = state.Calls[slot];
                var length = Math.Min(rest.Length, 1 + (number % 7));
                // A delta must not end between two surrogates.
                length += length < rest.Length && char.IsHighSurrogate(rest[length - 1]) ? 1 : 0;
                state.Calls[slot] = rest[length..];
                Pass(rest[..length], inPieces, piece => events.ToolArguments(choice, slot, piece));
                break;
            case AnswerStep.EndCall when state.AnyCall(number) is { } slot && state.Calls[slot].Length == 0:
                state.Calls.Remove(slot);
                events.ToolEnd(choice, slot);
                break;
            case AnswerStep.State:
                events.State(choice, null, OpaqueState.Of((StateKind)(number % 4), "upstream", "c2ln"));
                break;
            case AnswerStep.CallState when state.AnyCall(number) is { } slot:
                events.State(choice, slot, OpaqueState.Of(StateKind.GeminiThoughtSignature, "upstream", "c2ln"));
                break;
            case AnswerStep.Usage:
                events.Usage(new Usage(100, 1 + number, 7, 3));
                break;
            case AnswerStep.Logprobs:
                events.Logprobs(choice, """{"token":"x","logprob":-0.5,"bytes":null,"top_logprobs":[]}"""u8);
                break;
            case AnswerStep.Media:
                events.Media(choice, number % 2 == 0 ? "image/png" : "audio/wav", "iVBORw0KGgo="u8);
                break;
        }
    }

    private static void Pass(string words, bool inPieces, Action<byte[]> raise)
    {
        if (!inPieces)
        {
            raise(JsonText.Escape(words));
            return;
        }

        foreach (var letter in words.EnumerateRunes())
            raise(letter.Value % 3 == 0 ? Encoding.UTF8.GetBytes(string.Concat(letter.ToString().Select(unit => $"\\u{(int)unit:x4}"))) : JsonText.Escape(letter.ToString()));
    }

    /// <summary>The open calls of one answer, with the rest of their arguments.</summary>
    private sealed class OpenAnswer
    {
        public int Started { get; set; }

        public SortedDictionary<int, string> Calls { get; } = [];

        public int? AnyCall(int number) => Calls.Count == 0 ? null : Calls.Keys.ElementAt(number % Calls.Count);
    }
}
