using Xunit;

namespace Dragoman.Functional.Tests.Sdks;

/// <summary>What has to come of a feature with a provider.</summary>
internal abstract record Expectation
{
    /// <summary>As the report names it.</summary>
    public abstract string Result { get; }

    /// <summary>Runs the feature and checks that this is what comes of it.</summary>
    public abstract Task CheckAsync(Func<Task> feature);

    /// <summary>The feature works.</summary>
    public sealed record Ok : Expectation
    {
        public override string Result => "ok";

        public override Task CheckAsync(Func<Task> feature) => feature();
    }

    /// <summary>A 400 whose message names <paramref name="Field"/>, because the provider cannot do it.</summary>
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

    /// <summary>There is nothing to ask for.</summary>
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
