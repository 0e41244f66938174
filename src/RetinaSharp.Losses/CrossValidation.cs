namespace RetinaSharp.Losses;

/// <summary>
/// Selects the value of a hyperparameter, such as α, by k-fold cross validation. For each candidate value and each fold, a model is trained
/// on the other folds and scored on that fold. The candidate with the best mean score is selected.
/// </summary>
public static class CrossValidation
{
    /// <summary>Trains a model with a candidate value and scores it on the held-out fold.</summary>
    /// <param name="candidate">The candidate value of the hyperparameter.</param>
    /// <param name="train">Indices of the training examples, ascending.</param>
    /// <param name="validation">Indices of the examples of the held-out fold, ascending.</param>
    /// <returns>The score; greater is better. NaN, as for a training run that diverged, ranks last.</returns>
    public delegate double Trial(double candidate, IReadOnlyList<int> train, IReadOnlyList<int> validation);

    /// <summary>Runs the cross validation and returns the candidate with the best mean score.</summary>
    /// <param name="candidates">The values to try, at least one.</param>
    /// <param name="examples">Number of examples, at least as many as folds.</param>
    /// <param name="folds">Number of folds, 2 or more.</param>
    /// <param name="seed">Seed of the random partition into folds, which is the same for all candidates.</param>
    /// <param name="trial">
    /// Trains with one candidate and scores it on one fold. Called for all folds of the first candidate, then for those of the second, and
    /// so on.
    /// </param>
    /// <param name="cancellationToken">Cancels the search before the next trial.</param>
    /// <returns>
    /// The best candidate (the first one if several are equal), and the mean score of each candidate in the order of
    /// <paramref name="candidates"/>.
    /// </returns>
    /// <exception cref="ArgumentException">There is no candidate, there are fewer than 2 folds, or fewer examples than folds.</exception>
    /// <exception cref="OperationCanceledException">The search was canceled.</exception>
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

        var splits = Enumerable.Range(0, folds).Select(k => (
            Train: Enumerable.Range(0, examples).Where(i => fold[i] != k).ToArray(),
            Validation: Enumerable.Range(0, examples).Where(i => fold[i] == k).ToArray())).ToArray();
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
