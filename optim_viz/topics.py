"""What the course notes say, claim by claim, in their order; and kindly what is loose in a claim."""

from dataclasses import dataclass

from optim_viz.words import Text


@dataclass(frozen=True)
class Topic:
    """A claim of the notes; `but` says what the claim leaves out or gets wrong, "" if nothing."""

    id: str
    claim: Text
    but: Text | str = ""


@dataclass(frozen=True)
class Chapter:
    """Topics that belong together."""

    name: Text
    topics: tuple[Topic, ...]


CHAPTERS = (
    Chapter(Text("Perceptron and networks"), (
        Topic("perceptron", Text(
            "A perceptron says 1 if b + w1·x1 + w2·x2 > 0. A weight tells how much its input counts; the bias tells "
            "where the boundary sits.")),
        Topic("best-line", Text("Of three lines, which fits best? A loss turns the question into a number.")),
        Topic("single-vs-multi", Text(
            "One layer draws one line. XOR needs more: AND of NAND and OR, two lines and a line over them.")),
        Topic("width-depth", Text(
            "Width is the number of nodes in a layer, depth the number of layers. With both grow the freedom of a "
            "network and the trouble of training it.")),
        Topic("linear-collapse", Text("Layers without activation collapse into one: W2(W1 x) = (W2 W1) x.")),
        Topic("param-counts", Text(
            "3 parameters against 45,360 weights: a numerical gradient needs two losses for each of them, and cannot "
            "train a network.")),
        Topic("param-vs-hyper", Text(
            "Parameters are learned and stored with the model. Hyper-parameters, such as the learning rate, the batch "
            "size and the number of nodes, are set by a person.")),
        Topic("train-loop", Text(
            "Predict, loss, backward, step: an iteration is one batch, an epoch is all of them once.")))),
    Chapter(Text("Activation functions"), (
        Topic("act-shapes", Text(
            "Step function, sigmoid, tanh, ReLU, leaky ReLU and softmax: each function and its derivative.")),
        Topic("sigmoid-prob", Text(
            "Sigmoid squeezes to (0, 1), which can be read as a probability; softmax gives K numbers that sum to 1.")),
        Topic("vanishing", Text(
            "Sigmoid's derivative is at most 0.25, so the layers near the input of a deep network learn little. Tanh "
            "suffers too, though its outputs have mean zero.")),
        Topic("relu", Text(
            "ReLU's derivative is 1 for x > 0, so nothing shrinks; for x < 0 a unit can die.")))),
    Chapter(Text("Losses"), (
        Topic("losses", Text(
            "MSE, MAE and RMSE for regression, cross-entropy for classification; an outlier pulls on MSE most.")),
        Topic("estimator-mse", Text(
            "The MSE of an estimator is variance + bias²; it may be unbiased, efficient, consistent.")),
        Topic("entropy", Text(
            "Entropy measures uncertainty: a bag with balls of one color has 0. Cross-entropy compares the true q "
            "with the model's p.")))),
    Chapter(Text("Gradient descent"), (
        Topic("gradient", Text("Move against the gradient, by the learning rate."), Text(
            "“The steepest of the partial derivatives” is loose: the direction is all of them together.")),
        Topic("lr-effect", Text(
            "Too large a rate overshoots, oscillates and diverges; too small a rate is slow."), Text(
            "“Too small falls into local minima” is loose: tiny steps follow the slope into whichever basin they "
            "start in.")),
        Topic("lr-start", Text("Begin with 0.1 or 0.01, and adjust.")),
        Topic("local-minima", Text("There are many local minima and a global one; the start decides.")),
        Topic("bgd", Text("Batch gradient descent: one update for a pass over all N samples.")),
        Topic("sgd", Text(
            "Stochastic gradient descent: one random sample per update, N updates per epoch, circles round the "
            "minimum; its noise may leave a poor minimum.")),
        Topic("e-total-ei", Text("The curves of single-sample losses E_i lie around their mean E_total.")),
        Topic("minibatch", Text(
            "Mini-batches, often of 256: more updates than the full batch, vectorized unlike single samples.")),
        Topic("batch-size", Text("The batch size trades memory against stability."), Text(
            "One note says “larger is better”, another “large finds sharp minima, small finds flat ones, which "
            "generalize better”: test both.")),
        Topic("shuffle", Text("Batches are shuffled anew each epoch: see what that changes.")))),
    Chapter(Text("Optimizers"), (
        Topic("sgd-zigzag", Text("On x²/20 + y² one rate for both axes makes SGD zig-zag.")),
        Topic("momentum", Text(
            "v ← αv − ηg gathers speed in x and remembers past batches: why it is better than SGD.")),
        Topic("nesterov", Text(
            "Nesterov takes the gradient at the look-ahead point, which damps the swing of Momentum.")),
        Topic("adagrad", Text(
            "AdaGrad gives each parameter a rate η/√h of its own; h only grows, so it comes to a stop.")),
        Topic("adadelta", Text("Adadelta has a window in place of the sum, and no learning rate.")),
        Topic("rmsprop", Text("RMSprop is AdaGrad with forgetting."), Text(
            "“AdaGrad and Adadelta added together” is loose: it has Adadelta's window, and a learning rate.")),
        Topic("adam", Text("Adam has a first and a second moment, bias correction and ε."), Text(
            "“Momentum + AdaGrad” is loose: it is momentum + RMSprop with bias correction.")),
        Topic("radam-adamp", Text("RAdam and AdamP, which the notes only mean to look up.")),
        Topic("always-adam", Text("Then always Adam? It depends on the data.")),
        Topic("regression-task", Text("The exercise: regression with different optimizers.")))),
    Chapter(Text("Backpropagation"), (
        Topic("forward-backward", Text("Values go forward, errors go backward, layer by layer.")),
        Topic("chain-rule", Text("The chain rule: local derivative times upstream derivative.")),
        Topic("error-split", Text("An error of 0.6 is split 3 : 2 between two nodes, by their share of weight."), Text(
            "This pictures the idea; the gradient multiplies by the weight itself.")),
        Topic("numeric-vs-analytic", Text("The numerical gradient against the analytic one: cost and error.")))),
    Chapter(Text("Initialization and normalization"), (
        Topic("init-std", Text("Weights of standard deviation 1 saturate; with 0.01 all outputs are alike.")),
        Topic("xavier-he", Text("Xavier √(1/n) for sigmoid and tanh, He √(2/n) for ReLU.")),
        Topic("init-curves", Text("The training curves of each initialization.")),
        Topic("bn", Text(
            "Batch normalization: μ, σ², normalize, then γ and β; training is faster and less sensitive to the first "
            "weights.")),
        Topic("covariate-shift", Text("Batch normalization works because it stops internal covariate shift."), Text(
            "This reason is disputed: measure what batch normalization changes.")),
        Topic("groupnorm", Text("Group normalization, which the notes only mean to look up.")))),
    Chapter(Text("Overfitting and regularization"), (
        Topic("overfitting", Text(
            "The training error falls while the test error rises: the generalization gap.")),
        Topic("weight-decay", Text("Weight decay: L = L_data + ½λ‖W‖²."), Text(
            "The notes' update w − α∇L − λw does not scale the decay by α: L2 in the gradient, AdamW and this are "
            "three different rules.")),
        Topic("dropout", Text("Dropout turns random units off in training, and scales in testing.")),
        Topic("early-stopping", Text("Early stopping: stop when the validation error rises.")),
        Topic("norm-penalty", Text("A penalty on the norm of the parameters keeps the function smooth.")),
        Topic("augmentation", Text(
            "Rotate, flip and distort while the label stays; but a 6 turned over is a 9.")),
        Topic("noise-robust", Text("Noise on inputs and on weights can help.")),
        Topic("label-smoothing", Text("Label smoothing, mixup, cutout and cutmix.")),
        Topic("bn-regular", Text("Batch normalization also regularizes.")))),
    Chapter(Text("Generalization and validation"), (
        Topic("splits", Text("Training, validation and test data: why three.")),
        Topic("k-fold", Text("k-fold cross-validation, used to choose hyper-parameters.")),
        Topic("cv-time", Text("A time series must not be shuffled into folds.")),
        Topic("bias-variance", Text("Error = bias² + variance + noise; as one falls the other rises."), Text(
            "“Without noise, no trade-off?” The notes ask; the answer is measured.")),
        Topic("bootstrap", Text("Bootstrapping: draw again with replacement.")),
        Topic("bagging-boosting", Text(
            "Bagging averages models trained on resamples; boosting chains weak learners.")))),
    Chapter(Text("Hyper-parameter search"), (
        Topic("search", Text(
            "Manual, grid, random and Bayesian search: on a logarithmic scale, with validation data.")),)),
    Chapter(Text("Convolution"), (
        Topic("conv-op", Text("A fixed kernel slides over the input: local, and fewer parameters than dense."), Text(
            "The notes say translation-invariant; it is equivariant: a shifted input gives a shifted output.")),
        Topic("conv-corr", Text(
            "“Convolution” in networks is cross-correlation: flip the kernel to see the difference.")),
        Topic("conv-dims", Text(
            "1-D for sound and text, 2-D for images; C channels are summed into one map, O kernels give O maps.")),
        Topic("conv-kernels", Text("Blur, edges: signal times kernel.")),
        Topic("conv-backward", Text("The backward pass of a convolution is a convolution again."), Text(
            "The notes' indices differ: ∂x3 = δ1w3 + δ2w2 + δ3w1.")))),
    Chapter(Text("When it goes wrong"), (
        Topic("exploding", Text("The loss is infinite: change the loss, check the data, lower the rate.")),
        Topic("zero-loss", Text("The loss goes to 0: too little data; make the network smaller.")),
        Topic("checklist", Text(
            "Know the data (types, imbalance, missing values), scale it, choose loss, optimizer and metric.")),
        Topic("plots", Text("Subplots to compare pictures, line plots for change over time.")))),
)  # fmt: skip
TOPICS = {topic.id: topic for chapter in CHAPTERS for topic in chapter.topics}
OUTSIDE = Text(
    "Not here, because they are no experiment: the kinds of machine learning (supervised, unsupervised, "
    "reinforcement), why PyTorch, static against dynamic graphs, and frameworks' coding style."
)
