using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dragoman.Access;

/// <summary>
/// The signature by which the functions know that a request came through nginx: <c>X-Dragoman-Front: t=SECONDS,s=HEX</c>.
/// SECONDS is the Unix time at which nginx sent the request. HEX is the HMAC-SHA256, in lower case, of four lines with a line feed
/// between them: <c>dragoman-front-1</c>, SECONDS, the method, and the path as <see cref="PlainOf"/> returns it. The key is the
/// text that nginx and the functions share. <c>nginx/front-signature.js</c> makes it.
/// </summary>
/// <remarks>
/// Who has seen a signature can repeat a request with the same method and path until it expires: functions do not know what other
/// functions have accepted. The body and the query are not signed, because nginx does not read a body that it streams.
/// </remarks>
public sealed class FrontSignature
{
    /// <summary>The header's name. nginx replaces what a client sends under it.</summary>
    public const string Header = "X-Dragoman-Front";

    /// <summary>How long a signature counts. Azure may take half a minute to start an instance that then reads it.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    /// <summary>How far nginx's clock may be ahead.</summary>
    public static readonly TimeSpan MostAhead = TimeSpan.FromSeconds(30);

    /// <summary>Digits of the seconds: enough for the next 30,000 years, and far from an overflow.</summary>
    private const int MostDigits = 12;

    /// <summary>Rounds of decoding; <c>nginx/front-signature.js</c> makes as many. A longer chain of proxies does not exist.</summary>
    private const int MostRounds = 4;

    /// <summary>Encoded characters; a path with more is not decoded. <c>nginx/front-signature.js</c> has the same number and says why.</summary>
    private const int MostEncoded = 100;

    private const string Version = "dragoman-front-1";

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private readonly string seconds;
    private readonly byte[] code;

    private FrontSignature(string seconds, byte[] code)
    {
        (this.seconds, this.code) = (seconds, code);
        At = DateTimeOffset.FromUnixTimeSeconds(long.Parse(seconds, NumberStyles.None, CultureInfo.InvariantCulture));
    }

    /// <summary>When nginx sent the request.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Reads a header's value.</summary>
    /// <returns>Null when it is malformed.</returns>
    public static FrontSignature? TryRead(string? text)
    {
        if (text?.Split(',') is not [['t', '=', .. { Length: > 0 and <= MostDigits } seconds], ['s', '=', .. { Length: 2 * HMACSHA256.HashSizeInBytes } hex]])
            return null;
        // What has another spelling would be another header for the same signature.
        if (seconds.AsSpan().ContainsAnyExceptInRange('0', '9') || seconds[0] == '0' || hex.AsSpan().ContainsAnyExcept(LowerHex))
            return null;
        return long.Parse(seconds, NumberStyles.None, CultureInfo.InvariantCulture) <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? new FrontSignature(seconds, Convert.FromHexString(hex))
            : null;
    }

    /// <summary>Whether it counts at a time.</summary>
    public bool IsValidAt(DateTimeOffset now) => now - At <= Lifetime && At - now <= MostAhead;

    /// <summary>Whether it was made with a key for a request. The time that this takes tells nothing about the right signature.</summary>
    /// <param name="key">The key.</param>
    /// <param name="method">The method as it was received.</param>
    /// <param name="path">The path as it was received, without the query.</param>
    public bool IsBy(string key, string method, string path) =>
        CryptographicOperations.FixedTimeEquals(Sign(key, seconds, method, path), code);

    /// <summary>The value of the header for a request, as nginx makes it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="at">When the request is sent.</param>
    /// <param name="method">The method.</param>
    /// <param name="path">The path as it is sent, without the query.</param>
    public static string Make(string key, DateTimeOffset at, string method, string path)
    {
        var seconds = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"t={seconds},s={Convert.ToHexStringLower(Sign(key, seconds, method, path))}";
    }

    /// <summary>
    /// The path as both sides sign it: decoded, and without double and trailing slashes. The Functions host encodes <c>%2F</c> once
    /// more (specs/functions-host.md 1), and a proxy may decode what needs no encoding. Each encoded byte becomes one character.
    /// </summary>
    public static string PlainOf(string path)
    {
        var rounds = path.AsSpan().Count('%') > MostEncoded ? 0 : MostRounds;
        for (var round = 0; round < rounds && path.Contains('%'); round++)
            path = DecodeOnce(path);
        while (path.Contains("//", StringComparison.Ordinal))
            path = path.Replace("//", "/", StringComparison.Ordinal);
        return path.Length > 1 && path.EndsWith('/') ? path[..^1] : path;
    }

    private static byte[] Sign(string key, string seconds, string method, string path) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{Version}\n{seconds}\n{method}\n{PlainOf(path)}"));

    private static string DecodeOnce(string path)
    {
        var plain = new StringBuilder(path.Length);
        for (var index = 0; index < path.Length; index++)
        {
            if (path[index] == '%' && index + 2 < path.Length && char.IsAsciiHexDigit(path[index + 1]) && char.IsAsciiHexDigit(path[index + 2]))
            {
                plain.Append((char)byte.Parse(path.AsSpan(index + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                index += 2;
            }
            else
            {
                plain.Append(path[index]);
            }
        }

        return plain.ToString();
    }
}
