namespace RetinaSharp.Losses;

/// <summary>
/// Searches a setting such as α by cross validation: each candidate is tried on every fold, trained on the other folds and scored on
/// this one, and the one with the best mean is taken.
/// </summary>
public static class CrossValidation
{
    /// <summary>A trial of a candidate on a fold.</summary>
    /// <param name="candidate">The candidate.</param>
    /// <param name="train">Numbers of the examples to train on, ascending.</param>
    /// <param name="validation">Numbers of the examples to score on, ascending.</param>
    /// <returns>The score; more is better. NaN counts as the worst, as of a training that diverged.</returns>
    public delegate double Trial(double candidate, IReadOnlyList<int> train, IReadOnlyList<int> validation);

    /// <summary>Finds the candidate with the best mean score.</summary>
    /// <param name="candidates">What to try, one or more.</param>
    /// <param name="examples">Number of examples, at least as many as folds.</param>
    /// <param name="folds">Number of folds, 2 or more.</param>
    /// <param name="seed">Of the shuffle that makes the folds; the same for all candidates.</param>
    /// <param name="trial">Trains and scores; called candidate by candidate, fold by fold.</param>
    /// <param name="cancellationToken">Ends the search before the next trial.</param>
    /// <returns>The best candidate, the first of equals, and the mean score of each in their order.</returns>
    /// <exception cref="ArgumentException">No candidate, fewer than 2 folds, or fewer examples than folds.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static (double Best, IReadOnlyList<double> Scores) Search(
        IReadOnlyList<double> candidates, int examples, int folds, int seed, Trial trial, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(candidates.Count, nameof(candidates));
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(examples, folds);
        var order = Enumerable.Range(0, examples).ToArray();
        new Random(seed).Shuffle(order);
        var fold = new int[examples];
        for (var i = 0; i < examples; i++)
            fold[order[i]] = i % folds;

        var splits = Enumerable.Range(0, folds).Select(number => (
            Train: Enumerable.Range(0, examples).Where(i => fold[i] != number).ToArray(),
            Validation: Enumerable.Range(0, examples).Where(i => fold[i] == number).ToArray())).ToArray();
        var scores = new double[candidates.Count];
        for (var c = 0; c < candidates.Count; c++)
        {
            foreach (var (train, validation) in splits)
            {
                cancellationToken.ThrowIfCancellationRequested();
                scores[c] += trial(candidates[c], train, validation) / folds;
            }
        }

        var best = 0;
        for (var c = 1; c < scores.Length; c++)
            if (scores[c] > scores[best] || (double.IsNaN(scores[best]) && !double.IsNaN(scores[c])))
                best = c;
        return (candidates[best], scores);
    }
}
