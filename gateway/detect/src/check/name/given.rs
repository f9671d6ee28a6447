//! Given names that are common in Europe, the Americas and the Near East, in small letters.
//!
//! Written down from general knowledge; no register was copied. Names that are words of other things more often (April, Rose, Per) are left out.

pub(super) const GIVEN: &str = "\
aaron abigail adam adrian adriana adrien agata agnes agnieszka agnès ahmed ahmet aino aisha ajay akira alain \
alan albert alberto alejandra alejandro aleksander aleksandr aleksandra alena alessandra alessandro alessia \
alessio alex alexander alexandra alexandre alexandru alexei alexey alexis alfred alfredo ali alice alicia \
alina alison amanda amina amir amit amy amélie ana anastasia anders andrea andreas andreea andrei andrej \
andrew andrzej andré andrés andy anette angela angelika angelo anika anil anita anja anke ann anna annabel \
anne annette annie annika anthony antoine anton antonella antonia antonio antónio aoife arjun armin arnaud \
arthur arturo ashley astrid aurélie axel ayesha ayşe barbara barbora bart bartosz beata beatrice beatrix \
beatriz ben benedikt benjamin benoît bernadette bernard bernd bettina bianca birgit björn blanca bogdan \
boris bożena božena brandon brenda brian bridget britta bruce bruno burak camila camille carina carl carla \
carlo carlos carmen carol carole carolina caroline cassandra caterina catherine cecilia celine chantal charles \
charlotte chiara chloe chloé christa christian christiane christina christine christoph christophe christopher \
ciara cindy claire clara clarissa claude claudia claudio clémence colin concetta connor conor cordula corinna \
corinne cristian cristina cristóbal cynthia cécile céline dagmar damian damien dan dana daniel daniela daniele \
danielle danijel danièle danuta daria dariusz darko dave david dawid debbie deborah deepak denis denise dennis \
derek diana diane diego dieter dimitri dimitris dirk dmitri dmitry dominik dominika dominique donald donna \
dorota dorothea douglas dragan duncan dušan dylan eamon eddie edgar edith eduard eduardo edward eileen \
ekaterina elena eleni eleonora elisa elisabeth elizabeth elke ella ellen elsa elvira emil emilia emilie emily \
emine emma emmanuel emre enrico enrique eric erica erich erik erika erin ernst esra esteban esther eszter \
eugen eva evelyn ewa ewelina fabian fabien fabio fabrizio fatima fatma federica federico felix ferdinand \
ferenc fernanda fernando filip filippo fiona fran frances francesca francesco francis francisca francisco \
franck frank franz françois françoise fred frederic frederick fredrik frida friedrich fritz frédéric gabriel \
gabriela gabriele gabrielle gareth gary gavin gemma geoffrey georg george georges georgios gerald gerard gerd \
gerhard gert giacomo gianluca gianni gilles gillian giorgia giorgio giovanna giovanni gisela giulia giulio \
giuseppe goran gordon graham grażyna greg gregor gregory greta grzegorz grégory guido guillaume guillermo \
gunnar gustav gustavo guy gérard günter günther hakan halina hanna hannah hanne hannes hans harald harry hasan \
hassan hatice heather hector heidi heike heiko heinrich heinz helen helena helene helga helmut hendrik henri \
henrik henrike henry herbert hermann hilda holger horst howard hubert hugo héctor hélène hüseyin ian ibrahim \
ida ignacio igor ilona ilse imran ines inga inge ingeborg ingrid inés inês ioana ioannis irena irene irina \
irma isaac isabel isabella isabelle ismail ivan ivana iveta ivo iwona jaap jacek jack jacob jacqueline jacques \
jaime jakob jakub james jamie jan jana jane janet janina janine janusz jarosław jasmin jason javier jean \
jeanne jeff jeffrey jelena jennifer jenny jens jeremy jerome jerzy jesse jessica jesús jill jim jitka jiří \
joachim joan joana joanna joanne jocelyne jochen joe joel johan johann johanna johannes john johnny jolanda \
jolanta jon jonas jonathan jordi jorge josef josefine joseph joshua josé joão juan juana judit judith juha \
julia julian juliana julie julien juliette julio julius justin justyna jutta jérôme józef jörg jürgen kaisa \
kamil karel karen karim karin karl karla karolina kasia katarina katarzyna katarína kate katharina katherine \
kathleen kathrin kathryn kathy katja katrin kazimierz keith kelly ken kenneth kerstin kevin kim kimberly \
kirsten kirsty klara klaus klára konrad konstantin kornelia kristian kristin kristina krystyna krzysztof kurt \
kyle ladislav lamia lars laszlo laura lauren laurence laurent lea leah leila lena lenka leo leon leonard \
leonardo leonie leonora leopold lesley leslie leszek leticia liam lidia lilian liliana lily linda lisa liz \
lorena lorenzo lothar louis louise luc luca lucas lucia lucie lucien lucía ludwig luigi luis luisa luise luka \
lukas lukáš luís lydia lynn lászló léa maciej madeleine magda magdalena magnus mahmoud maja manfred manon \
manuel manuela marc marcel marcela marcelo marcin marco marcos marcus mareike margaret margarete margarita \
margherita margit maria mariam marian mariana marianne marie marija marijana marina mario marion marisa \
mariusz marko markus markéta marlene marta martha martin martina martine maryam matej mateo mateusz \
mathias mathieu mathilde matilda matteo matthew matthias matthieu maura maureen maurice mauricio maurizio \
maxime maximilian małgorzata mehdi mehmet melanie melissa mercedes merve michael michaela michal michał michel \
michela michele michelle michèle miguel mihai mikael mike mikhail mikko milan milena miloš mireille miriam \
miroslav mirosław mohamed mohammad mohammed monica monika monique moritz moses muhammad murat mustafa mélanie \
nadia nadine nadja nancy naomi natalia natalie nataša nathalie nathan neil nicholas nick nicola nicolas nicole \
niels nigel nikhil nikita niklas nikola nikolai nikolaos nikolaus nils nina noah noel noemi nora norbert noura \
nuno núria octavio olaf oleg oleksandr oleksii olena olga oliver olivia olivier omar oscar oskar osman ottavio \
otto oğuz pablo pamela paolo pascal patricia patrick patrik patrizia patryk paul paula paulina pauline paulo \
pavel pawel paweł pedro peggy penelope pernille peter petr petra philip philipp philippe phoebe pia pierre \
pierrick pieter pietro pilar piotr priya przemysław quentin rachel radek radosław rafael rafał raffaele rahul \
rainer ralf ralph ramesh ramón rania raphael raquel raúl rebecca regina reinhard reinhold renata renate rené \
renée ricardo riccardo richard rita robert roberta roberto robin rocío rodrigo roger roland rolf romain roman \
román rosa rosalie rosario rosemary roxana rudolf russell ruth ryan ryszard sabina sabine sabrina salma \
salvatore sam samantha sami samir samuel sandra sandrine sandro sanjay santiago sara sarah saskia saïd sean \
sebastian selin selma serena serge sergei sergey sergio severin seán shannon sharon sheila shirley sibylle \
siegfried sigrid silke silvana silvia silvio simon simona simone siobhán sofia sofie sofía sonia sonja sophia \
sophie stanisław stefan stefania stefanie stefano steffen stella stephan stephanie stephen steve steven stine \
stuart stéphane stéphanie sunil susan susana susanna susanne suzanne svein sven svenja svetlana sylvain sylvia \
sylvie szymon sébastien sławomir tamara tania tanja tara tatiana tatjana teresa tereza thea theo theodor \
theresa thierry thomas thorsten thérèse tiago tibor tim timo timothy tina tobias todd tom tomas tomasz tommaso \
tomás tomáš toni tony torsten tracy trevor tristan udo ulrich ulrike urs ursula urszula uta ute uwe valentin \
valentina valentine valeria valérie vanessa verena veronica veronika vicente victor victoria vijay viktor \
viktoria vincent vincenzo vinod violeta virginie vittoria vivian vivien vladimir vladimír vojtěch volker \
volodymyr václav véronique vít waldemar walter wanda wayne wendy werner wiebke wiktor wilhelm willem willi \
william wioletta witold wojciech wolfgang xavier yannick yasmin yasmina yolanda yuki yusuf yvan yves yvette \
yvonne zbigniew zdeněk zeynep zoe zofia zoltán zoé zuzana zuzanna élise émilie łukasz αθανάσιος αικατερίνη \
αναστασία βασίλης βασιλική γεώργιος γιάννης γιώργος δημήτρης δημήτριος ελένη ιωάννης κατερίνα κωνσταντίνος \
κώστας μαρία νίκος νικόλαος παναγιώτης σοφία χρήστος александр александра алексей алина алиса алёна анастасия \
анатолий андрей анна антон артём богдан борис вадим валентина валерий варвара василий василь виктор виктория \
виталий владимир владислав володимир вячеслав галина ганна геннадий георги георгий григорий дарья денис \
димитър дмитрий дмитро драган евгений евгения егор екатерина елена елизавета иван иванка игорь илья ирина \
катерина кирилл константин кристина ксения лариса леонид лидия людмила максим маргарита марина мария марко \
микола милан михаил михайло наталия наталья наталія никита никола николай оксана олег олександр олександра \
олексій олена ольга павел павло петр петро петър полина пётр руслан светлана семён сергей сергій софия \
станислав степан стоян тамара татьяна тетяна тимофей ульяна фёдор юлия юрий юрій яна ярослав іван ірина јован \
אברהם דוד דניאל יונתן יוסף יעקב מיכל משה נועה רחל שרה أحمد إبراهيم حسن حسين خالد زينب سارة سعيد عائشة عبدالله \
علي عمر فاطمة ليلى محمد محمود مريم مصطفى يوسف";
