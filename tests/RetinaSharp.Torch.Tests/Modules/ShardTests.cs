using RetinaSharp.Torch.Modules;
using RetinaSharp.Torch.Optimizers;

namespace RetinaSharp.Torch.Tests.Modules;

public class ShardTests : LeakCheck
{
    private const int Shards = 3;

    [Fact]
    public void Gradients_OfShardsOnTheirThreads_AreTheSumInAnyOrder()
    {
        var images = Enumerable.Range(0, Shards).Select(shard => Enumerable.Range(0, 2 * 5 * 5).Select(i => MathF.Sin((50 * shard) + i)).ToArray()).ToArray();
        var forwards = Sum(images, [0, 1, 2]);
        var backwards = Sum(images, [2, 1, 0]);
        Assert.Equal(forwards, backwards);

        using var scope = new TensorScope();
        using var whole = Convolution(1);
        using var gradients = new Gradients([whole.Weight]);
        Go(whole, Tensor.From<float>([.. images.SelectMany(image => image)], Device.Cpu, Shards, 2, 5, 5));
        gradients.Collect(first: true);
        Numbers.Close(Numbers.Read(gradients.Sums[0]), forwards, 1e-5);
    }

    [Fact]
    public void Settle_AfterShardsInAnyOrder_MovesStatisticsInTheirOrder()
    {
        double[] Statistics(int[] order)
        {
            using var block = new ConvBlock(Convolution(1), new BatchNorm2d(3));
            block.To(Device.Cpu, ScalarType.Float32, Shards);
            block.Train(true);
            foreach (var shard in order)
                OnThread(shard, () => block.Forward(Tensor.From<float>([.. Enumerable.Range(0, 50).Select(i => MathF.Cos((7 * shard) + i))], Device.Cpu, 1, 2, 5, 5)));
            block.Settle();
            return States.Of(block, "1.running_mean");
        }

        var expected = Statistics([0, 1, 2]);
        Assert.Equal(expected, Statistics([2, 0, 1]));
        Assert.Contains(expected, value => value != 0);
    }

    private static double[] Sum(float[][] images, int[] order)
    {
        using var scope = new TensorScope();
        using var convolution = Convolution(Shards);
        using var gradients = new Gradients([convolution.Weight]);
        foreach (var shard in order)
            OnThread(shard, () => Go(convolution, Tensor.From<float>(images[shard], Device.Cpu, 1, 2, 5, 5)));
        gradients.Collect(first: true);
        return Numbers.Read(gradients.Sums[0]);
    }

    private static void Go(Conv2d convolution, Tensor image)
    {
        var output = convolution.Forward(image);
        Autograd.Backward([output], [output.Detach().Clone()]);
    }

    private static void OnThread(int shard, Action work)
    {
        var thread = new Thread(() =>
        {
            Shard.Index = shard;
            using var scope = new TensorScope();
            work();
        });
        thread.Start();
        thread.Join();
    }

    private static Conv2d Convolution(int shards)
    {
        var convolution = new Conv2d(2, 3, 3, bias: false);
        var weights = convolution.Weight.Master.Data<float>();
        for (var i = 0; i < weights.Length; i++)
            weights[i] = MathF.Cos(i);
        convolution.To(Device.Cpu, ScalarType.Float32, shards);
        return convolution;
    }
}
