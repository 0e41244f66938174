using RetinaSharp.Detection.Inference;
using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Tests.Inference;

public class CandidatesTests
{
    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 10)]
    [InlineData(7, 3)]
    [InlineData(1001, 50)]
    [InlineData(1001, 5000)]
    public void Select_LogitsWithTiesAndNaN_AsASortOfAll(int count, int limit)
    {
        var random = new RandomStream(1, "candidates", count);
        // Few different values, so that ties reach over the limit.
        var logits = Enumerable.Range(0, count).Select(_ => random.NextBool(.05) ? float.NaN : random.NextInt(20) - 10f).ToArray();

        foreach (var threshold in new[] { float.NegativeInfinity, -3f, 0f, 9f, 20f })
        {
            var expected = Enumerable.Range(0, count).Where(i => logits[i] > threshold).OrderByDescending(i => logits[i]).ThenBy(i => i).Take(limit);
            var pairs = expected.Select(i => (i, logits[i])).ToArray();
            Assert.Equal(pairs, Candidates.Select(logits, threshold, limit));
            Assert.Equal(pairs, Candidates.Select(Array.ConvertAll(logits, logit => (BFloat16)logit), threshold, limit));
        }
    }
}
