namespace RetinaSharp.Experiments.Tuning;

/// <summary>
/// The schedule of successive halving (Jamieson and Talwalkar, arXiv 1502.07943): all trials are trained for few epochs, the best third of them for three times
/// as many, and so on up to the full number of epochs. The numbers of epochs are those of a bracket of Hyperband (Li et al., arXiv 1603.06560) with η = 3, from
/// a ninth of all epochs. A detector has no AP before some hundred steps, so that its first, most aggressive bracket would select by chance.
/// </summary>
internal sealed class HalvingPlan
{
    /// <summary>Factor between the numbers of trials, and of epochs, of two rungs: η.</summary>
    public const int Reduction = 3;

    // The full number of epochs over that of the first rung.
    private const int MaxReduction = Reduction * Reduction;

    // More trials than this cannot be told apart by the AP of a validation set.
    private const int MaxTrials = 1000;

    private HalvingPlan(IReadOnlyList<int> rungs, int trials) => (Rungs, Trials) = (rungs, trials);

    /// <summary>Epochs of a run at each rung, ascending; the last is the full number of epochs.</summary>
    public IReadOnlyList<int> Rungs { get; }

    /// <summary>Number of trials at the first rung.</summary>
    public int Trials { get; }

    /// <summary>
    /// The rungs that are used, with the number of trials at each. A single remaining trial skips the rungs up to the last, because there is nothing to choose.
    /// </summary>
    public IReadOnlyList<(int Epochs, int Trials)> Steps
    {
        get
        {
            var steps = new List<(int, int)> { (Rungs[0], Trials) };
            for (var (rung, trials) = (0, Trials); rung < Rungs.Count - 1; steps.Add((Rungs[rung], trials)))
            {
                trials = Math.Max(1, trials / Reduction);
                rung = trials == 1 ? Rungs.Count - 1 : rung + 1;
            }

            return steps;
        }
    }

    /// <summary>
    /// Returns the number of epochs that the plan takes one after another, if processes share the runs of each rung. The first run is trained while the others wait, because
    /// the plan depends on its duration.
    /// </summary>
    /// <param name="processes">Number of processes, at least 1.</param>
    public long GetEpochs(int processes)
    {
        return Rungs[0] + Steps.Select((step, i) => (long)step.Epochs * Rounds(i == 0 ? step.Trials - 1 : step.Trials)).Sum();

        int Rounds(int trials) => (trials + processes - 1) / processes;
    }

    /// <summary>Lists the rungs: the full number of epochs, its third and its ninth, if they have the minimum number of epochs.</summary>
    /// <param name="epochs">Full number of epochs.</param>
    /// <param name="minEpochs">Number of epochs that a run must have for its AP to say anything, at least 1; the last rung may have less.</param>
    public static IReadOnlyList<int> CreateRungs(int epochs, int minEpochs)
    {
        var rungs = new Stack<int>([epochs]);
        for (var reduction = Reduction; reduction <= MaxReduction && Math.Round((double)epochs / reduction) >= minEpochs; reduction *= Reduction)
            rungs.Push((int)Math.Round((double)epochs / reduction));
        return [.. rungs];
    }

    /// <summary>Creates the plan with a given number of trials.</summary>
    /// <param name="rungs">Epochs of a run at each rung, ascending.</param>
    /// <param name="trials">Number of trials at the first rung, at least 1.</param>
    public static HalvingPlan Create(IReadOnlyList<int> rungs, int trials) => new(rungs, trials);

    /// <summary>Creates the plan with as many trials as can be trained in the time of a number of epochs, at least <see cref="Reduction"/>.</summary>
    /// <param name="rungs">Epochs of a run at each rung, ascending.</param>
    /// <param name="epochs">Number of epochs that a process can train.</param>
    /// <param name="processes">Number of processes that share the runs of each rung, at least 1.</param>
    public static HalvingPlan Within(IReadOnlyList<int> rungs, double epochs, int processes = 1) =>
        Enumerable.Range(Reduction, MaxTrials - Reduction + 1).Select(trials => Create(rungs, trials)).TakeWhile(plan => plan.Trials == Reduction || plan.GetEpochs(processes) <= epochs).Last();
}
