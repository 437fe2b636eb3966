using System.Text;

namespace Dragoman.Bench.Load;

/// <summary>A contender gave an answer that must not be counted.</summary>
internal sealed class WrongAnswerException(string what, ReadOnlySpan<byte> answer, Exception? inner = null)
    : Exception($"{what}: {Encoding.UTF8.GetString(answer[..Math.Min(answer.Length, 300)])}", inner);
