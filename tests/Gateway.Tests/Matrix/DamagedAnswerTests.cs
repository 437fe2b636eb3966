using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>
/// Events are lost, repeated, moved, cut, corrupted or taken from another answer. The reader of any such stream keeps the
/// promises of <see cref="IAnswerEvents"/>. It gets every event, including those after the end.
/// </summary>
public sealed class DamagedAnswerTests
{
    private const int StreamsTried = 300;
    private const int BodiesTried = 300;

    private static readonly Gen<Damage> AnyDamage =
        from kind in Gen.Elements(Enum.GetValues<DamageKind>())
        from place in Gen.Choose(0, 1_000_000)
        from other in Gen.Choose(0, 1_000_000)
        select new Damage(kind, place, other);

    private static readonly Gen<Damage[]> SomeDamage = from count in Gen.Choose(1, 5) from damages in AnyDamage.ArrayOf(count) select damages;

    private enum DamageKind
    {
        Lose,
        Repeat,
        Move,
        Mix,
        Cut,
        Spoil,
        RepeatAll,
        ReverseAll,
    }

    public static TheoryData<string> Streams => [.. WireFixture.All.Where(fixture => fixture is { IsHttpError: false, IsWholeBody: false }).Select(fixture => fixture.Name)];

    public static TheoryData<string> Bodies => [.. WireFixture.All.Where(fixture => fixture is { IsHttpError: false, IsWholeBody: true }).Select(fixture => fixture.Name)];

    [Theory]
    [MemberData(nameof(Streams))]
    public void No_damaged_stream_breaks_a_promise(string name)
    {
        var fixture = WireFixture.Named(name);
        var family = ProviderFamily.Of(fixture);
        var whole = EventsOf(fixture);
        var others = WireFixture.All.Where(other => other is { IsHttpError: false, IsWholeBody: false } && ProviderFamily.Of(other) == family).SelectMany(EventsOf).ToList();
        Generated.Check(SomeDamage, StreamsTried, damages =>
        {
            var events = new List<StreamEvent>(whole);
            foreach (var damage in damages)
                damage.Do(events, others);
            family.PlayEvents(events.Select(each => (each.Name, each.Data)));
        });
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void No_damaged_body_breaks_a_promise(string name)
    {
        var fixture = WireFixture.Named(name);
        var family = ProviderFamily.Of(fixture);
        Generated.Check(SomeDamage, BodiesTried, damages =>
        {
            var body = new List<StreamEvent> { new([], fixture.Body) };
            foreach (var damage in damages)
                (damage with { Kind = damage.Kind == DamageKind.Cut ? DamageKind.Cut : DamageKind.Spoil }).Do(body, body);
            family.PlayBody(body[0].Data);
        });
    }

    [Fact]
    public void What_is_not_JSON_is_the_same_failure_everywhere()
    {
        foreach (var family in ProviderFamily.All)
        {
            Assert.Equal("The provider sent a stream event that is not JSON.", family.PlayEvents([([], "{\"a\":"u8.ToArray())]).Error!.Message);
            Assert.Equal("The provider's answer is not JSON.", family.PlayBody("{\"a\":"u8).Error!.Message);
            var truncated = family.PlayEvents([]).Error!;
            Assert.Equal(("The provider's answer ended before it was complete.", "upstream_stream_truncated"), (truncated.Message, truncated.Code));
        }
    }

    private static IReadOnlyList<StreamEvent> EventsOf(WireFixture fixture)
    {
        var events = new List<StreamEvent>();
        using var framing = new SseReader();
        for (ReadOnlySpan<byte> rest = fixture.Body; !rest.IsEmpty;)
        {
            rest = Upstream.Feed(framing, rest, rest.Length);
            while (framing.TryRead(out var name, out var data))
                events.Add(new StreamEvent(name.ToArray(), data.ToArray()));
        }

        if (framing.TryReadLast(out var lastName, out var lastData))
            events.Add(new StreamEvent(lastName.ToArray(), lastData.ToArray()));
        return events;
    }

    private readonly record struct StreamEvent(byte[] Name, byte[] Data);

    /// <param name="Kind">The kind of damage.</param>
    /// <param name="Place">The index of the damaged event, modulo their number.</param>
    /// <param name="Other">The destination, the byte or the other event, depending on the kind.</param>
    private readonly record struct Damage(DamageKind Kind, int Place, int Other)
    {
        public void Do(List<StreamEvent> events, IReadOnlyList<StreamEvent> others)
        {
            if (events.Count == 0)
                return;
            var place = Place % events.Count;
            var (name, data) = events[place];
            switch (Kind)
            {
                case DamageKind.Lose:
                    events.RemoveAt(place);
                    break;
                case DamageKind.Repeat:
                    events.Insert(Other % events.Count, events[place]);
                    break;
                case DamageKind.Move:
                    events.RemoveAt(place);
                    events.Insert(Other % (events.Count + 1), new StreamEvent(name, data));
                    break;
                case DamageKind.Mix:
                    events.Insert(place, others[Other % others.Count]);
                    break;
                case DamageKind.Cut:
                    events[place] = new StreamEvent(name, data[..(Other % (data.Length + 1))]);
                    break;
                case DamageKind.Spoil when data.Length > 0:
                    byte[] spoiled = [.. data];
                    spoiled[Other % data.Length] = "\"\\{}[],:0 x\u00c3"u8[Place / 7 % 11];
                    events[place] = new StreamEvent(name, spoiled);
                    break;
                case DamageKind.RepeatAll:
                    events.AddRange([.. events]);
                    break;
                case DamageKind.ReverseAll:
                    events.Reverse(place, Math.Min(1 + (Other % 8), events.Count - place));
                    break;
            }
        }
    }
}
