using System.Buffers;
using System.Runtime.InteropServices;
using Dragoman.Access.Tokens;

namespace Dragoman.Gateway.Tests.Access.Tokens;

public class TokenCacheTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void The_token_that_was_used_longest_ago_makes_place()
    {
        var cache = new TokenCache(3);
        var tokens = Enumerable.Range(0, 5).Select(_ => Token()).ToList();
        for (var number = 0; number < 3; number++)
            cache.Add(Digest(number), tokens[number], Now.AddHours(1));
        Assert.Same(tokens[0], cache.Find(Digest(0), Now));
        cache.Add(Digest(3), tokens[3], Now.AddHours(1));
        Assert.Null(cache.Find(Digest(1), Now));
        Assert.Same(tokens[2], cache.Find(Digest(2), Now));
        Assert.Same(tokens[2], cache.Find(Digest(2), Now));
        cache.Add(Digest(4), tokens[4], Now.AddHours(1));
        Assert.Null(cache.Find(Digest(0), Now));
        Assert.Equal([tokens[2], tokens[3], tokens[4]], new[] { 2, 3, 4 }.Select(number => cache.Find(Digest(number), Now)));
        Assert.Equal(3, cache.Count);
    }

    [Fact]
    public void A_token_is_forgotten_in_time_and_may_come_again()
    {
        var cache = new TokenCache(3);
        var (first, second) = (Token(), Token());
        cache.Add(Digest(1), first, Now.AddSeconds(1));
        Assert.Same(first, cache.Find(Digest(1), Now.AddTicks(TimeSpan.TicksPerSecond - 1)));
        Assert.Null(cache.Find(Digest(1), Now.AddSeconds(1)));
        Assert.Equal(0, cache.Count);
        cache.Add(Digest(1), first, Now.AddSeconds(1));
        cache.Add(Digest(1), second, Now.AddSeconds(2));
        Assert.Equal(1, cache.Count);
        Assert.Same(second, cache.Find(Digest(1), Now.AddSeconds(1)));
    }

    /// <summary>Compared with a list that does the same slowly.</summary>
    [Fact]
    public void It_remembers_what_a_simple_list_would()
    {
        const int most = 20;
        var cache = new TokenCache(most);
        var list = new List<(int Number, VerifiedToken Token, DateTimeOffset Until)>();
        var random = new Random(20261130);
        var now = Now;
        for (var round = 0; round < 20_000; round++)
        {
            now = now.AddSeconds(random.Next(3));
            var number = random.Next(40);
            var known = list.FindIndex(each => each.Number == number);
            if (random.Next(3) > 0)
            {
                var expected = known >= 0 && now < list[known].Until ? list[known].Token : null;
                Assert.Same(expected, cache.Find(Digest(number), now));
                if (known < 0)
                    continue;
                var entry = list[known];
                list.RemoveAt(known);
                if (expected is not null)
                    list.Add(entry);
                continue;
            }

            var added = Token();
            var until = now.AddSeconds(random.Next(1, 60));
            cache.Add(Digest(number), added, until);
            if (known >= 0)
                list.RemoveAt(known);
            else if (list.Count == most)
                list.RemoveAt(0);
            list.Add((number, added, until));
            Assert.Equal(list.Count, cache.Count);
        }
    }

    [Fact]
    public async Task Many_threads_may_use_it()
    {
        var cache = new TokenCache(50);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var round = 0; round < 20_000; round++)
            {
                var digest = Digest(random.Next(100));
                if (cache.Find(digest, Now) is null)
                    cache.Add(digest, Token(), Now.AddSeconds(1));
            }
        })));
        Assert.Equal(50, cache.Count);
    }

    [Fact]
    public void Digests_differ_with_every_letter_and_length()
    {
        var texts = Enumerable.Range(0, 5000).Select(length => new string('a', length)).Concat(Enumerable.Range(0, 100).Select(at => new string('a', 100)[..at] + "b" + new string('a', 99 - at)));
        Assert.Equal(5100, texts.Select(text => TokenDigest.TryOf(text, out var digest) ? digest : default).Distinct().Count());
        Assert.False(TokenDigest.TryOf("é", out _));
        Assert.False(TokenDigest.TryOf(new string('a', 5000) + "é", out _));
        Assert.True(Digest(1).Equals((object)Digest(1)));
        Assert.False(Digest(1).Equals((object)Digest(2)));
    }

    /// <summary>Nobody finds two tokens whose digests agree in part, so these digests are made of numbers.</summary>
    [Fact]
    public void All_of_a_digest_is_compared()
    {
        Assert.Equal(OfNumbers(1, 2, 3, 4), OfNumbers(1, 2, 3, 4));
        foreach (var other in new[] { OfNumbers(9, 2, 3, 4), OfNumbers(1, 9, 3, 4), OfNumbers(1, 2, 9, 4), OfNumbers(1, 2, 3, 9) })
            Assert.NotEqual(OfNumbers(1, 2, 3, 4), other);

        static TokenDigest OfNumbers(params long[] numbers) => MemoryMarshal.Cast<long, TokenDigest>(numbers)[0];
    }

    /// <summary>A long token is copied into an array of the pool, which somebody else gets next.</summary>
    [Fact]
    public void A_token_does_not_stay_in_the_pool()
    {
        Assert.True(TokenDigest.TryOf(new string('s', 5000), out _));
        var rented = ArrayPool<byte>.Shared.Rent(5000);
        Assert.DoesNotContain((byte)'s', rented[..5000]);
        ArrayPool<byte>.Shared.Return(rented);
    }

    private static TokenDigest Digest(int number) => TokenDigest.TryOf($"token-{number}", out var digest) ? digest : throw new InvalidOperationException();

    private static VerifiedToken Token() => new(new TokenIdentity("i", "s", "t", null, [], Now));
}
