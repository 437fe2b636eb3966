using Xunit;

namespace Dragoman.Functional.Tests.Sdks;

/// <summary>The expected result of a feature with a provider.</summary>
internal abstract record Expectation
{
    /// <summary>The result's name in the report.</summary>
    public abstract string Result { get; }

    /// <summary>Runs the feature and checks that it has this result.</summary>
    public abstract Task CheckAsync(Func<Task> feature);

    /// <summary>The feature works.</summary>
    public sealed record Ok : Expectation
    {
        public override string Result => "ok";

        public override Task CheckAsync(Func<Task> feature) => feature();
    }

    /// <summary>The request fails with a 400 whose message names <paramref name="Field"/>, because the provider does not support it.</summary>
    public sealed record Refused(string Field) : Expectation
    {
        public override string Result => "refused";

        public override async Task CheckAsync(Func<Task> feature)
        {
            var refusal = await Assert.ThrowsAsync<SdkRefusal>(feature);
            Assert.Equal(400, refusal.Status);
            Assert.Contains(Field, refusal.Message, StringComparison.Ordinal);
            Assert.False(string.IsNullOrEmpty(refusal.RequestId));
        }
    }

    /// <summary>The client or the provider does not have this feature, so nothing is sent.</summary>
    public sealed record NotApplicable(string Reason) : Expectation
    {
        public override string Result => "n/a";

        public override Task CheckAsync(Func<Task> feature)
        {
            Assert.NotEqual("", Reason);
            return Task.CompletedTask;
        }
    }
}
